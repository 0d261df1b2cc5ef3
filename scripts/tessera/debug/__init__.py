"""`./tessera debug`: a machine that waits for GDB, and GDB with the kernel's symbols where they are."""
