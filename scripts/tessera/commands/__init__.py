"""The commands, one module each: `HELP`, `arguments(parser)` and `execute(args, tree)`; the docstring is the `--help` text."""
