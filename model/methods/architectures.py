"""Networks for pictures, each a function of the picture's shape and of how many classes there are.

As published, but for three things that conversion asks for: average in place of maximum pooling, firing (rectifier)
after every BatchNorm unless something is added first, and in DenseNet the order convolution, BatchNorm, firing, so
that what is laid side by side are spikes.

pooled: fire once more behind each pooling, as CQ+ does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sparrow_ecg.model.methods.graph import Graph, Sketch

Shape = tuple[int, int, int]
Architecture = Callable[[Shape, int, bool], Graph]

LARGE = 64  # pixels a side from which a picture is shrunk first, as ImageNet's are


class _Drawn(Sketch):
    def __init__(self, shape: Shape, pooled: bool):
        super().__init__(shape)
        self.pooled = pooled

    def fired(self, out: int, kernel: int = 3, stride: int = 1, pad: int | None = None, depthwise: bool = False) -> str:
        self.conv(out, kernel, stride, pad, depthwise)
        return self.fire()

    def shrink(self, size: int = 2) -> str:
        self.pool(size)
        return self.fire() if self.pooled else self.last

    def end(self, classes: int) -> Graph:
        """Average over the picture, and classes."""
        if self.sides[self.last] > 1:
            self.shrink(self.sides[self.last])
        self.flatten()
        self.linear(classes)
        return self.graph()


def digits(shape: Shape, classes: int, pooled: bool) -> Graph:
    """Ours, for MNIST: three convolutions of 16, 32 and 32 channels, 17,000 weights."""
    net = _Drawn(shape, pooled)
    for channels in (16, 32, 32):
        net.fired(channels)
        net.shrink()
    net.flatten()
    net.linear(classes)
    return net.graph()


def eeg(shape: Shape, classes: int, pooled: bool) -> Graph:
    """The thesis's three layers for spectra of EEG (32 electrodes by 32 bins, no padding), and its two behind them."""
    net = _Drawn(shape, pooled)
    net.fired(16, 5, pad=0)
    net.fired(32, 5, pad=0)
    net.shrink()
    net.fired(32, 5, pad=0)
    net.shrink()
    net.flatten()
    net.linear(128)
    net.fire()
    net.linear(classes)
    return net.graph()


def _vgg(plan: str) -> Architecture:
    """plan: channels of each convolution, M for pooling; ``p`` behind a number: without padding."""

    def make(shape: Shape, classes: int, pooled: bool) -> Graph:
        net = _Drawn(shape, pooled)
        for step in plan.split():
            if step == "M":
                net.shrink()
            else:
                net.fired(int(step.rstrip("p")), pad=0 if step.endswith("p") else None)
        return net.end(classes)

    return make


def _stem(net: _Drawn, channels: int) -> None:
    """The first convolution; a large picture is shrunk to a quarter of its side."""
    if net.sides[net.last] >= LARGE:
        net.fired(channels, 7, 2)
        net.shrink()
    else:
        net.fired(channels)


def _resnet(depth: int) -> Architecture:
    """He et al., 2016, the CIFAR form: three stages of ``(depth - 2) / 6`` blocks of two convolutions."""

    def make(shape: Shape, classes: int, pooled: bool) -> Graph:
        net = _Drawn(shape, pooled)
        _stem(net, 16)
        for stage, channels in enumerate((16, 32, 64)):
            for block in range((depth - 2) // 6):
                stride = 2 if stage and not block else 1
                before = net.last
                net.fired(channels, stride=stride)
                body = net.conv(channels)
                shortcut = net.conv(channels, 1, stride, after=before) if stride > 1 else before
                net.add(body, shortcut)
                net.fire()
        return net.end(classes)

    return make


def mobilenet_v1(shape: Shape, classes: int, pooled: bool) -> Graph:
    """Howard et al., 2017: depthwise and pointwise convolutions in turn."""
    net = _Drawn(shape, pooled)
    small = shape[1] < LARGE
    net.fired(32, stride=1 if small else 2)
    plan = (
        (64, 1),
        (128, 2),
        (128, 1),
        (256, 2),
        (256, 1),
        (512, 2),
        *[(512, 1)] * 5,
        (1024, 1 if small else 2),
        (1024, 1),
    )
    for channels, stride in plan:
        net.fired(net.channels[net.last], stride=stride, depthwise=True)
        net.fired(channels, 1)
    return net.end(classes)


def mobilenet_v2(shape: Shape, classes: int, pooled: bool) -> Graph:
    """Sandler et al., 2018: inverted residuals, whose narrow ends do not fire."""
    net = _Drawn(shape, pooled)
    small = shape[1] < LARGE
    net.fired(32, stride=1 if small else 2)
    plan = (
        (1, 16, 1, 1),
        (6, 24, 2, 1 if small else 2),
        (6, 32, 3, 2),
        (6, 64, 4, 2),
        (6, 96, 3, 1),
        (6, 160, 3, 2),
        (6, 320, 1, 1),
    )
    for expansion, channels, repeats, first in plan:
        for block in range(repeats):
            before, width = net.last, net.channels[net.last]
            if expansion > 1:
                net.fired(expansion * width, 1)
            net.fired(expansion * width, stride=first if not block else 1, depthwise=True)
            body = net.conv(channels, 1)
            if block:
                net.add(body, before)
    net.fired(1280, 1)
    return net.end(classes)


def _densenet(blocks: Sequence[int], growth: int) -> Architecture:
    """Huang et al., 2017, with bottlenecks and halving transitions."""

    def make(shape: Shape, classes: int, pooled: bool) -> Graph:
        net = _Drawn(shape, pooled)
        _stem(net, 2 * growth)
        for k, layers in enumerate(blocks):
            for _ in range(layers):
                before = net.last
                net.fired(4 * growth, 1)
                net.concat(before, net.fired(growth))
            if k < len(blocks) - 1:
                net.fired(net.channels[net.last] // 2, 1)
                net.shrink()
        return net.end(classes)

    return make


ARCHITECTURES: dict[str, Architecture] = {
    "digits": digits,
    "compact": _vgg("32 M 48 48 M 96 96 M 128"),  # ours, for CIFAR-10 on one processor core: 0.27 million weights
    "eeg": eeg,
    "vgg-star": _vgg("128 128 M 256 256 M 512 512 M 1024p M"),
    "vgg19": _vgg("64 64 M 128 128 M 256 256 256 256 M 512 512 512 512 M 512 512 512 512 M"),
    "resnet20": _resnet(20),
    "resnet56": _resnet(56),
    "mobilenet-v1": mobilenet_v1,
    "mobilenet-v2": mobilenet_v2,
    "densenet": _densenet((6, 12, 24, 16), 12),
}
