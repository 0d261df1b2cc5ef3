"""What of a log is compared: raw bytes of two boots, normalised text with the expected log."""
from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Sequence

#: What depends on compiler, QEMU or earlier code rather than on the lesson. One pass over a line
#: tries them in this order; the name of the group decides what stands in the log instead.
_RULES = {
    "time": r"^\[ *\d{1,5}\.\d{6}\]",
    "address": r"\b0x[0-9a-f]{16}\b",
    "offset": r"(?<=[\w>)\]])\+0x[0-9a-f]+\b",
    "line": r"(?<=\.cpp|\.hpp)(?::\d+)+|(?<=\.[Sch])(?::\d+)+",
    "build": r"\bbuild [0-9a-f]{8,}\b",
    "size": r"(?P<before_size> *)\b\d+(?:\.\d+)? (?:bytes?|KiB)\b",
    "count": r"(?P<before_count> *)\b\d+(?:\.\d+)? (?P<unit>instructions?|cycles?|ticks?|[num]s)\b",
}
_RULE = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _RULES.items()))

#: Control characters other than tab and newline, which a log shows as `\x1b`.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")

NO_NEWLINE = "\\ no newline at the end of the log\n"


def text(raw: bytes) -> str:
    """Serial output as text: lines end in a newline alone, what is not text is made visible."""
    decoded = raw.replace(b"\r", b"").decode("utf-8", errors="backslashreplace")
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", decoded)


def lines(log: str) -> list[str]:
    """The lines of a log (`str.splitlines` would also split at other characters)."""
    return log.removesuffix("\n").split("\n") if log else []


def normalise(log: str, keep: Sequence[str] = ()) -> str:
    """The log as an expectation holds it. What a `keep` pattern matches stays as it is."""
    kept = re.compile("|".join(f"(?:{pattern})" for pattern in keep)) if keep else None
    normal = "".join(_normalise_line(line, kept) + "\n" for line in lines(log))
    return normal if not log or log.endswith("\n") else normal + NO_NEWLINE


def _normalise_line(line: str, kept: re.Pattern[str] | None) -> str:
    """One line, without its end."""
    spans = [found.span() for found in kept.finditer(line)] if kept else []

    def replace(found: re.Match[str]) -> str:
        if any(start < found.end() and found.start() < end for start, end in spans):
            return found[0]
        return _placeholder(found)

    return _RULE.sub(replace, line)


def _placeholder(found: re.Match[str]) -> str:
    """What stands for a match. Padding goes too: it depends on how long the number is."""
    match found.lastgroup:
        case "time":
            return "[<time>]"
        case "address":
            return "<address>"
        case "offset":
            return "+<offset>"
        case "line":
            return ":<line>"
        case "build":
            return "build <id>"
        case "size":
            return f"{found['before_size'][:1]}<size>"
        case _:
            return f"{found['before_count'][:1]}<count> {found['unit']}"


@dataclass(frozen=True)
class RawDifference:
    """Where two boots of the same image part, to the byte."""

    offset: int  # bytes from the start
    line: int  # counted from 1
    first: str  # that line in the first boot
    second: str


def raw_difference(first: bytes, second: bytes) -> RawDifference | None:
    """The first difference between two raw logs, if there is one."""
    if first == second:
        return None
    shared = min(len(first), len(second))
    offset = next((i for i in range(shared) if first[i] != second[i]), shared)
    start = first.rfind(b"\n", 0, offset) + 1
    line = first.count(b"\n", 0, offset) + 1
    return RawDifference(offset, line, _line(first, start), _line(second, start))


def _line(raw: bytes, start: int) -> str:
    """The line that begins at `start`, as it can be shown."""
    if start >= len(raw):
        return "(the log ends here)"
    line = raw[start:].split(b"\n", 1)[0]
    return line.decode("utf-8", errors="backslashreplace").replace("\r", "\\r")
