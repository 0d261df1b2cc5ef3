"""`./tessera bench`: how long things take on this machine. Nothing here passes or fails."""
