"""The states of a thread, and what leads from one to another."""
from __future__ import annotations

from tessera.book.drawing import Drawing, Style
from tessera.book.evidence import enumerators, source
from tessera.errors import Failure
from tessera.tree import Tree

#: For each state beside Running what leads there, and what leads back. Functions are looked for in
#: the sources of the chapter that shows the picture.
_WAYS = {
    "Inactive": ("suspend(), or a fault for which nobody is found", "resume()"),
    "BlockedOnReceive": ("Recv, and nobody sends", "send(), or signal() if it is bound"),
    "BlockedOnSend": (
        "Send, Call or a fault, and nobody receives",
        "receive(), unless it is a call",
    ),
    "BlockedOnReply": ("Call or a fault, and somebody receives", "reply()"),
    "BlockedOnNotification": ("Recv of a notification without a signal", "signal()"),
}
_ROW, _BOX, _LEFT, _RIGHT = 66, 40, 130, 420


def draw(tree: Tree) -> str:
    """Running on the left, a row for each other state. That these are all is looked up."""
    states = enumerators(source(tree, 16, "kernel/object/tcb.hpp"), "ThreadState")
    if set(states) != {"Running", *_WAYS}:
        raise Failure(f"ThreadState has {', '.join(states)}; thread_states.py draws others")
    drawing = Drawing(_RIGHT + 260)
    drawing.box(10, 4, _LEFT - 10, _ROW * len(_WAYS) - 12, 0.14)
    drawing.text(_LEFT / 2 + 5, _ROW * len(_WAYS) / 2, "Running", Style("middle", bold=True))
    for row, (state, (there, back)) in enumerate(_WAYS.items()):
        y = 8 + row * _ROW
        drawing.box(_RIGHT, y, 180, _BOX, 0.06)
        drawing.text(_RIGHT + 90, y + 25, state, Style("middle", bold=True))
        drawing.arrow((_LEFT, y + 14), (_RIGHT, y + 14))
        drawing.arrow((_RIGHT, y + 34), (_LEFT, y + 34))
        drawing.text((_LEFT + _RIGHT) / 2, y + 10, there, Style("middle", small=True))
        drawing.text((_LEFT + _RIGHT) / 2, y + 47, back, Style("middle", small=True))
    send = 8 + list(_WAYS).index("BlockedOnSend") * _ROW + _BOX
    drawing.arrow((_RIGHT + 90, send), (_RIGHT + 90, send + _ROW - _BOX))
    drawing.text(_RIGHT + 98, send + 17, "receive() of a call", Style(small=True))
    return drawing.svg()
