"""What a process does that computes questions for another, and what it says meanwhile."""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
import traceback
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection

import torch

from ..errors import NMMError
from ..listener import Listener
from .cell_store import CellStore
from .cells import Cell, Question
from .compute import compute_cell, prepare_question


@dataclass(frozen=True)
class Began:
    """A cell is computed from now on."""

    cell: Cell


@dataclass(frozen=True)
class Kept:
    """A cell is on disk."""


@dataclass(frozen=True)
class Warned:
    """Something that a user should know."""

    text: str


@dataclass(frozen=True)
class Answered:
    """A question's cells are all on disk."""


@dataclass(frozen=True)
class Refused:
    """Input that cannot be used."""

    text: str


@dataclass(frozen=True)
class Failed:
    """An error of the program's own, with where it was."""

    text: str


Message = Began | Kept | Warned | Answered | Refused | Failed


class Teller(Listener):
    """Passes warnings on to the process that waits."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def warn(self, text: str) -> None:
        self._connection.send(Warned(text))


def start() -> None:
    """What a worker's process does until nobody gives it questions any more.

    Its argument is the descriptor of a socket: it is sent the store, and then questions.
    """
    connection = Connection(int(sys.argv[1]))
    _end_with(connection)
    # Each has a processor of its own.
    torch.set_num_threads(1)
    # Nobody is left to be told of it.
    with suppress(EOFError, BrokenPipeError):
        store: CellStore = connection.recv()
        while True:
            _take(connection.recv(), store, connection)


def _take(question: Question, store: CellStore, connection: Connection) -> None:
    try:
        _answer(question, store, connection)
        connection.send(Answered())
    except NMMError as error:
        connection.send(Refused(str(error)))
    except Exception:
        connection.send(Failed(traceback.format_exc()))


def _answer(question: Question, store: CellStore, connection: Connection) -> None:
    prepared = None
    for cell in question.cells:
        connection.send(Began(cell))
        prepared = prepared or prepare_question(question, Teller(connection))
        store.write(compute_cell(cell, prepared))
        connection.send(Kept())


def _end_with(connection: Connection) -> None:
    """Whoever waits may be killed without a word; nobody would hear this process then."""
    poll = select.poll()
    # Without any event: what is left is the other end's being closed.
    poll.register(connection.fileno(), 0)

    def watch() -> None:
        poll.poll()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()
