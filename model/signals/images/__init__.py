"""Pictures with labels, in the files that users have: MNIST's idx, CIFAR-10's and CIFAR-100's binaries."""
