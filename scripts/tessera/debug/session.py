"""A debugging session: a socket whose every connection gets a machine that has not run yet.

The tool listens, and QEMU is started with the accepted connection as its GDB port. So there is no
port to guess and none to wait for, each connection finds the machine at its first instruction, and
whoever holds the connection decides how long the machine lives.
"""
from __future__ import annotations

import os
import select
import socket
import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import Collection, Sequence

from tessera import console
from tessera.boot.process import guarded
from tessera.errors import Misuse
from tessera.programs import uninterrupted

#: Seconds that a debugger may take to hang up after the machine has ended.
PATIENCE = 1.0


def listen_on_port(port: int) -> socket.socket:
    """Listens for a debugger on this machine only; port 0 takes any free one."""
    try:
        return socket.create_server(("127.0.0.1", port), backlog=1)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Misuse(
            f"cannot listen on port {port}: {reason}", "Name another with `--port N`; 0 takes any that is free."
        ) from error


def listen_on_path(path: Path) -> socket.socket:
    """Listens on a Unix socket, which no other user's debugger can reach by mistake."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen(1)
    return listener


class Machine:
    """A QEMU that waits for the debugger at the other end of `connection`, and serves nobody else."""

    def __init__(self, command: Sequence[str], connection: socket.socket, log: Path, *, live: bool) -> None:
        self.connection = connection
        self._errors = log.with_suffix(".errors")
        self._keeper = ExitStack()
        gdb = connection.fileno()
        serial = str(log).replace(",", ",,")
        with self._errors.open("wb") as errors, uninterrupted():
            self.process = subprocess.Popen(
                [*command, "-S", "-chardev", f"stdio,id=serial,signal=off,logfile={serial}",
                 "-chardev", f"socket,id=gdb,fd={gdb}", "-gdb", "chardev:gdb"],
                stdin=subprocess.DEVNULL, stdout=None if live else subprocess.DEVNULL, stderr=errors,
                pass_fds=[gdb], start_new_session=True)
            self._keeper.enter_context(guarded(self.process))
        self.gone = os.pidfd_open(self.process.pid)  # readable when QEMU has ended
        self._keeper.callback(os.close, self.gone)

    def hang_up(self) -> None:
        """Tells the debugger that nothing more will come.

        Our copy of the connection stays open for reading. Were it closed with the machine, a debugger that
        still acknowledges the machine's last packet would report a broken pipe instead of a normal end.
        """
        self.connection.shutdown(socket.SHUT_WR)

    def stop(self) -> None:
        """Ends QEMU; reports it if it failed by itself."""
        if status := self.process.poll():
            words = self._errors.read_text(encoding="utf-8", errors="replace").strip()
            console.error(f"QEMU ended with exit status {status}", words)
        self._keeper.close()
        self.connection.close()


class Session:
    """The machines of one debugging session, one at a time; a context manager, so that none is left.

    `command` is QEMU's, with its serial port on the character device "serial". That writes `log`
    and, with `live`, standard output too.
    """

    def __init__(self, listener: socket.socket, command: Sequence[str], log: Path, *, live: bool = False) -> None:
        self._listener = listener
        self._command = command
        self._log = log
        self._live = live
        self._machine: Machine | None = None

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        if self._machine is not None:
            self._machine.stop()
        self._listener.close()

    def serve(self, debugger: subprocess.Popen[bytes]) -> int:
        """Gives a machine to each connection until `debugger` ends; returns its exit status."""
        gone, caller = os.pidfd_open(debugger.pid), self._listener.fileno()
        try:
            awaited = {gone, caller}
            while gone not in (ready := _first_of(awaited)):
                if caller in ready:
                    awaited = {gone, caller, self._accept().gone}
                elif self._machine is not None:
                    self._machine.hang_up()
                    awaited = {gone, caller}
            return debugger.wait()
        finally:
            os.close(gone)

    def serve_once(self) -> None:
        """Gives a machine to the next connection; returns when one of the two is gone."""
        machine = self._accept()
        debugger = machine.connection.fileno()
        if machine.gone in _first_of({machine.gone}, {debugger}):
            machine.hang_up()
            _first_of((), {debugger}, PATIENCE)

    def _accept(self) -> Machine:
        """Waits for a debugger and gives it a new machine in place of the last one."""
        connection, _ = self._listener.accept()
        if self._machine is not None:
            self._machine.stop()
        self._machine = Machine(self._command, connection, self._log, live=self._live)
        return self._machine


def _first_of(readable: Collection[int], hung_up: Collection[int] = (), seconds: float | None = None) -> set[int]:
    """Waits until a descriptor is readable (a process: has ended) or hung up by the other side; returns those."""
    poll = select.poll()
    for descriptor in readable:
        poll.register(descriptor, select.POLLIN)
    for descriptor in hung_up:
        poll.register(descriptor, select.POLLRDHUP)
    return {descriptor for descriptor, _ in poll.poll(None if seconds is None else seconds * 1000)}
