"""Small mistakes put into the kernel, to see whether the unit tests notice each of them."""
