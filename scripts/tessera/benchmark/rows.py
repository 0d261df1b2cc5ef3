"""The operations that `./tessera bench kernel` measures, with what they cost in seL4 and the aim.

seL4's figures: its main line of August 2026, release build, fast path on, GCC 12.2 -O2, on the same
machine and counted in the same way.
"""
from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """An operation: what the benchmark program calls it, and its figures in instructions."""

    key: str
    name: str
    sel4: int
    aim: int


ROWS = (
    Row("null", "NBSend to an empty slot (null system call)", 292, 150),
    Row("call-null", "Call to an empty slot (error reply)", 394, 240),
    Row("nbsend", "NBSend to an endpoint with no receiver", 328, 190),
    Row("nbrecv", "NBRecv on an endpoint with no sender", 229, 150),
    Row("signal", "Signal, nobody waiting", 322, 190),
    Row("poll", "Poll an idle notification", 223, 140),
    Row("yield", "Yield, alone at its priority", 315, 180),
    Row("yield-pingpong", "Yield ping-pong, round of 2 switches, other VSpace", 665, 400),
    Row("call-0", "Call / ReplyRecv round, 0 words, other VSpace", 520, 290),
    Row("call-4", "Call / ReplyRecv round, 4 words, other VSpace", 567, 320),
    Row("call-5", "Call / ReplyRecv round, 5 words (off seL4's fast path)", 1518, 600),
    Row("call-10", "Call / ReplyRecv round, 10 words", 1568, 680),
    Row("call-120", "Call / ReplyRecv round, 120 words", 2668, 1600),
    Row(
        "notification-pingpong",
        "Notification ping-pong round (2 Signal + 2 Wait), other VSpace",
        1967,
        1000,
    ),
    Row("page-fault", "Page fault, handler, restart, other VSpace", 1191, 480),
    Row("unknown-syscall", "Unknown system call, handler, restart", 1236, 560),
    Row("undefined", "Undefined instruction, handler, restart", 1179, 520),
    Row("copy-delete", "CNode_Copy of an endpoint + CNode_Delete", 1255, 750),
    Row("mint-delete", "CNode_Mint with a badge + CNode_Delete", 1277, 770),
    Row("retype-endpoint", "Retype endpoint + Delete", 1524, 900),
    Row("retype-tcb", "Retype TCB + Delete", 3420, 2000),
    Row("retype-frame", "Retype 4 KiB frame + Delete", 3573, 2200),
    Row("retype-revoke-16", "Retype 16 endpoints + Revoke", 7068, 4200),
    Row("map-unmap", "Page_Map + Page_Unmap, 4 KiB", 1066, 640),
    Row("read-registers", "TCB_ReadRegisters, 36 words", 745, 450),
    Row("set-priority", "TCB_SetPriority", 719, 430),
)


@dataclass(frozen=True)
class Series:
    """An operation whose cost is measured as something grows."""

    key: str
    name: str
    of: str  # what grows
    shared: bool = False  # all of them are served by one call


SIZES = (
    Series("call-threads", "Call / ReplyRecv round", "threads that wait for messages"),
    Series("yield-threads", "Yield and the switch that follows", "threads that are ready"),
    Series("lookup-levels", "CNode_Delete of an empty slot", "CNodes on the way to it"),
    Series("revoke-descendants", "CNode_Revoke", "descendants", shared=True),
)
