"""GDB extension: the kernel's serial output inside GDB, and `reboot`.

GDB's own Python runs this file (`./tessera debug` has it sourced), so it knows nothing of the
package behind `./tessera`: what it needs comes in as arguments.
"""
import os
import threading

import gdb

#: Seconds between two looks for new output while the kernel runs.
PERIOD = 0.1


class SerialView:
    """Copies what QEMU adds to a file into GDB's output, where it also fits the TUI and an IDE.

    QEMU writes the file before it reports a stop, so reading it at every stop shows all that was
    printed until then. A thread gives the signal to look while the kernel runs on; the looking is
    left to GDB's own thread, because only that one may print.
    """

    def __init__(self, path):
        self._path = path
        self._shown = 0
        gdb.events.stop.connect(self.show)
        gdb.events.exited.connect(self.show)
        self._ticker = threading.Thread(target=self._tick, daemon=True)
        self._ticker.start()

    def show(self, _event=None):
        """Prints what has been added since the last look."""
        try:
            with open(self._path, "rb") as file:
                if os.fstat(file.fileno()).st_size < self._shown:
                    self._shown = 0  # the machine was started afresh
                file.seek(self._shown)
                text = file.read()
        except FileNotFoundError:
            return
        self._shown += len(text)
        if text:
            gdb.write(text.decode(errors="replace").replace("\r", ""))
            gdb.flush()

    def _tick(self):
        pause = threading.Event()
        while not pause.wait(PERIOD):
            gdb.post_event(self.show)


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
