"""Running every test there is: what to run, one CTest run over all of it, one summary."""
