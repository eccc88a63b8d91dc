"""The driver's transport in Python, with a golden chip behind it."""

from __future__ import annotations

import ctypes
from copy import copy

from sparrow_ecg.firmware_gen.driver import SELECT, TRANSFER, WAIT, Transport
from sparrow_ecg.hw.host.sck_model import SckModel
from sparrow_ecg.hw.host.spi_model import SpiModel


class Recorder(Transport):
    """Keeps every frame that the driver sends, and lets a golden chip answer it.

    frames: what went out in each, in hexadecimal.
    fail:   the callback that shall fail.
    """

    def __init__(self, model: SpiModel | SckModel):
        self.frames: list[str] = []
        self.waits = 0
        self.fail = ""
        self.sent: bytes | None = None  # in this frame
        self.frames_left: int | None = None
        self.fails_later = ""

        def select(_: int, selected: int) -> int:
            if selected:
                assert self.sent is None, "selected twice"
                self.sent = b""
            elif self.sent is not None:
                model.frame(self.sent)
                self.frames.append(self.sent.hex())
                self.sent = None
                if self.frames_left is not None:
                    self.frames_left -= 1
                    self.fail = self.fails_later if self.frames_left == 0 else self.fail
            return int(self.fail == "select")

        def transfer(_: int, sent: int, received: int, length: int) -> int:
            assert self.sent is not None, "a transfer without chip select"
            before = len(self.sent)
            self.sent += ctypes.string_at(sent, length) if sent else bytes(length)
            if received:
                ctypes.memmove(received, copy(model).frame(self.sent)[before:], length)
            return int(self.fail == "transfer")

        def wait(_: int) -> None:
            self.waits += 1

        super().__init__(SELECT(select), TRANSFER(transfer), WAIT(wait), None)

    def fail_after(self, frames: int, callback: str) -> None:
        """That callback shall fail once so many frames have come to their end."""
        self.frames_left, self.fails_later = frames, callback
        self.fail = "" if frames else callback
