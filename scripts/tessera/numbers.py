"""Numbers as commands take them."""
from __future__ import annotations

import argparse


def positive(text: str) -> int:
    """A whole number from 1 on. For argparse's `type=`, which puts the option's name before it."""
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number from 1 on")
    return int(text)
