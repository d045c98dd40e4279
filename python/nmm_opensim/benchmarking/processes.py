"""Questions computed in several processes, each of which keeps its cells as they are done.

Processes are new ones that know nothing of this one, so that they begin alike wherever this one was
started from. Ctrl-C does not reach them: whoever waits for them hears it, and ends them; nor do
they outlive it (:mod:`.worker`).
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait

from ..errors import NMMError
from .cell_store import CellStore
from .cells import Question
from .compute import Progress
from .worker import Answered, Began, Failed, Kept, Message, Refused, Warned

START = "from nmm_opensim.benchmarking.worker import start; start()"


class Worker:
    """A process that computes one question at a time, as seen from here."""

    def __init__(self, store: CellStore) -> None:
        ours, theirs = socket.socketpair()
        self.connection = Connection(ours.detach())
        self._question = ""
        # What is imported here is what is imported there.
        path = os.pathsep.join(folder or os.getcwd() for folder in sys.path)
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-c", START, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env={**os.environ, "PYTHONPATH": path},
                start_new_session=True,
            )
        self._send(store)

    def give(self, question: Question) -> None:
        """Let it compute a question."""
        self._question = question.title
        self._send(question)

    def _send(self, what: object) -> None:
        # That it has ended is seen where its next message is waited for.
        with suppress(OSError):
            self.connection.send(what)

    def hear(self) -> Message:
        """Its next message, waited for.

        Raises:
            NMMError: where the process is no more.

        """
        try:
            message: Message = self.connection.recv()
        except (EOFError, OSError):
            code = self.process.wait()
            how = f"signal {-code}" if code < 0 else f"exit status {code}"
            raise NMMError(
                f"benchmark: expected a process to compute '{self._question}', but it was ended "
                f"({how}), as where memory does not suffice; what is computed is kept: the same "
                "command goes on, with fewer --processes if need be."
            ) from None
        return message

    def end(self) -> None:
        """End it at once; its cells are whole or not there."""
        self.process.kill()
        self.process.wait()
        self.connection.close()


def compute_in_processes(
    questions: Sequence[Question], store: CellStore, processes: int, progress: Progress
) -> None:
    """Compute and keep all cells of ``questions``, in as many processes at a time.

    Raises:
        NMMError: that any of them met; the others are ended, and what they kept stays.

    """
    waiting = deque(questions)
    workers: list[Worker] = []
    try:
        while waiting and len(workers) < processes:
            workers.append(Worker(store))
            workers[-1].give(waiting.popleft())
        busy: dict[object, Worker] = {worker.connection: worker for worker in workers}
        while busy:
            for connection in wait([worker.connection for worker in busy.values()]):
                worker = busy[connection]
                if not isinstance(message := worker.hear(), Answered):
                    _pass_on(message, progress)
                elif waiting:
                    worker.give(waiting.popleft())
                else:
                    del busy[connection]
    finally:
        for worker in workers:
            worker.end()


def _pass_on(message: Message, progress: Progress) -> None:
    match message:
        case Began(cell):
            progress.begin(cell)
        case Kept():
            progress.done += 1
        case Warned(text):
            progress.warn(text)
        case Refused(text):
            raise NMMError(text)
        case Failed(text):
            raise RuntimeError(f"a process of the benchmark failed:\n{text}")
