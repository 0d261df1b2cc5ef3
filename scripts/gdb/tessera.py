"""GDB extension: the kernel's serial output inside GDB, `reboot` and `invariants`.

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


class Invariants(gdb.Command):
    """Say of each of the kernel's invariants whether it holds now, and with what something is wrong.

The kernel's own predicates are called, where it has stopped: so it has to be in the kernel, which masks
interrupts, and not in a program. In the middle of an event some may not hold that do so at its end.
It can be asked for as often as you like; the kernel goes on from where it was."""

    ENTRY = "handle_user_exception"
    EXAMINE = "k::invariants::examine"

    def __init__(self):
        super().__init__("invariants", gdb.COMMAND_DATA)

    def invoke(self, _argument, _from_tty):
        predicates, verdicts = self._examine()
        broken = 0
        for predicate, verdict in zip(elements(predicates), elements(verdicts)):
            culprit = int(verdict["culprit"])
            broken += culprit != 0
            why = text_of(verdict["why"])
            reason = f": {why}, at {culprit:#x}" if why else f", at {culprit:#x}"
            gdb.write(f"{'BROKEN' if culprit else 'holds '}  {text_of(predicate['name'])}{reason if culprit else ''}\n")
        gdb.write(f"{broken} of {len(elements(predicates))} invariants do not hold\n" if broken else "all invariants hold\n")

    def _examine(self):
        """The kernel's table of predicates, and what each of them says."""
        try:
            predicates = gdb.parse_and_eval("k::invariants::predicates")
        except gdb.error as error:
            raise gdb.GdbError(f"this kernel has no table of invariants ({error}): it is a release build, "
                               "or of an early chapter") from error
        if not in_kernel():
            raise gdb.GdbError(f"a program runs: `tbreak {self.ENTRY}` and `continue` lead to the kernel")
        found = call(self.EXAMINE, gdb.parse_and_eval("&k::kernel_state.objects"))
        if found == 0:
            raise gdb.GdbError("there are more objects than the kernel's census has room for")
        verdicts = gdb.lookup_type("k::invariants::Verdicts").pointer()
        return predicates, gdb.Value(found).cast(verdicts).dereference()


def in_kernel():
    """Whether the processor is at EL1."""
    return int(gdb.parse_and_eval("$cpsr")) & 0b1100 != 0


def call(function, argument):
    """Has the stopped kernel call one of its functions; returns what is in x0 afterwards.

    GDB's own `call` returns to the kernel's entry, which is mapped nowhere by now. This one returns to where the
    kernel has stopped, where a breakpoint of the user's would count another hit.
    """
    registers = [f"$x{i}" for i in range(31)] + ["$sp", "$pc", "$cpsr"]
    before = {name: int(gdb.parse_and_eval(name)) & (2**64 - 1) for name in registers}
    entry = int(gdb.parse_and_eval(f"(unsigned long)&{function}"))
    set_all({"$x0": int(argument), "$x30": before["$pc"], "$sp": before["$sp"] & ~15, "$pc": entry})
    users = [each for each in gdb.breakpoints() if each.enabled]
    for each in users:
        each.enabled = False
    back = gdb.Breakpoint(f"*{before['$pc']:#x}", internal=True)
    back.silent = True
    try:
        gdb.execute("continue", to_string=True)
        return int(gdb.parse_and_eval("$x0"))
    finally:
        back.delete()
        set_all(before)
        for each in users:
            each.enabled = True


def set_all(registers):
    """Gives registers values."""
    for name, value in registers.items():
        gdb.execute(f"set var {name} = {value & (2**64 - 1):#x}")


def elements(array):
    """The elements of a std::array."""
    plain = array["_M_elems"]
    first, last = plain.type.strip_typedefs().range()
    return [plain[i] for i in range(first, last + 1)]


def text_of(view):
    """The text of a std::string_view."""
    address, length = int(view["_M_str"]), int(view["_M_len"])
    return gdb.selected_inferior().read_memory(address, length).tobytes().decode() if length else ""


Invariants()
