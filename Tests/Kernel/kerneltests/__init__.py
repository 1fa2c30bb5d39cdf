"""Tests of the command on real kernels, in guests that QEMU emulates."""
