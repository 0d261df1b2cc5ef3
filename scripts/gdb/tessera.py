"""GDB extension: the kernel's serial output inside GDB, and `reboot`.

GDB's own Python runs this file (`./tessera debug` has it sourced), so it knows nothing of the
package behind `./tessera`: what it needs comes in as arguments.
"""
import os
import threading
import time

import gdb

#: Seconds between two looks for new output while the kernel runs.
PERIOD = 0.1


class SerialView:
    """Copies what QEMU adds to a file into GDB's output.

    QEMU writes the file before it reports a stop, so a look at every stop misses nothing. While the
    kernel runs, a thread looks too. It must not call GDB, not even to post an event: GDB 13 crashes if it
    ends with an event still posted. So the thread writes to the terminal itself, which is free then; in
    the TUI, where it is not, output waits for the next stop.
    """

    def __init__(self, path):
        self._path = path
        self._shown = 0
        self._looking = threading.Lock()
        self._live = threading.Event()
        gdb.events.cont.connect(self._on_continue)
        gdb.events.stop.connect(self._on_stop)
        gdb.events.exited.connect(self._on_stop)
        threading.Thread(target=self._follow, daemon=True).start()

    def _on_continue(self, _event):
        if os.isatty(1) and not tui_is_on():
            self._live.set()

    def _on_stop(self, _event):
        self._live.clear()
        self._show(gdb.write)
        gdb.flush()

    def _follow(self):
        while True:
            self._live.wait()
            self._show(lambda text: os.write(1, text.encode()))
            time.sleep(PERIOD)

    def _show(self, write):
        """Hands `write` what has been added since the last look."""
        with self._looking:
            text = self._added()
            if text:
                write(text)

    def _added(self):
        try:
            with open(self._path, "rb") as file:
                if os.fstat(file.fileno()).st_size < self._shown:
                    self._shown = 0  # the machine was started afresh
                file.seek(self._shown)
                added = file.read()
        except FileNotFoundError:
            return ""
        self._shown += len(added)
        return added.decode(errors="replace").replace("\r", "")


def tui_is_on():
    """Whether GDB draws windows on the terminal."""
    try:
        return "not active" not in gdb.execute("info win", to_string=True)
    except gdb.error:
        return False


def end_machine(_event):
    """Lets the machine end with GDB, which would otherwise let go of it and leave it running for a moment."""
    if gdb.selected_inferior().pid:
        gdb.execute("kill", to_string=True)


gdb.events.gdb_exiting.connect(end_machine)


class Reboot(gdb.Command):
    """Start the machine afresh and stop at the kernel's first instruction.

Breakpoints stay. The new machine is the same as the old one: it has run no instruction yet."""

    def __init__(self, target, entry):
        super().__init__("reboot", gdb.COMMAND_RUNNING)
        self._target = target
        self._entry = entry

    def invoke(self, _argument, from_tty):
        gdb.execute(f"target remote {self._target}", from_tty)
        gdb.execute(f"tbreak *{self._entry:#x}", from_tty)
        gdb.execute("continue", from_tty)
