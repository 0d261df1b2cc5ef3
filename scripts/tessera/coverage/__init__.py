"""Which of the kernel's lines and branches the unit tests execute."""
