"""OpenSim in another process: results, reasons and deaths come back, nothing stays behind."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import opensim
import pytest

from nmm_opensim.errors import NMMError, require_file
from nmm_opensim.formats.opensim_child import call_in_child
from nmm_opensim.formats.opensim_log import find_reason
from nmm_opensim.formats.processes import run_shown


@pytest.fixture(autouse=True)
def nothing_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Temporary folders are made in an empty one, which is empty again afterwards."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield
    assert list(folder.iterdir()) == []


def test_a_result_comes_back_from_an_empty_folder() -> None:
    assert call_in_child("roots", math.sqrt, 2.0) == math.sqrt(2.0)
    assert Path(call_in_child("folder", os.getcwd)).name == "empty"
    assert call_in_child("process", os.getpid) != os.getpid()


@pytest.mark.parametrize(
    ("number", "name"), [(signal.SIGSEGV, "SIGSEGV"), (signal.SIGKILL, "SIGKILL")]
)
def test_a_process_that_dies_is_one_line(number: int, name: str) -> None:
    with pytest.raises(NMMError, match=f"^the tool: OpenSim's process was ended by {name}"):
        call_in_child("the tool", signal.raise_signal, number)


def test_a_process_that_ends_without_an_answer_is_one_line() -> None:
    with pytest.raises(NMMError, match=r"^the tool: .* process ended with status 3 without a"):
        call_in_child("the tool", sys.exit, 3)


def test_errors_come_back(tmp_path: Path) -> None:
    with pytest.raises(NMMError, match=r"^thing '.*': expected a file, but found nothing there"):
        call_in_child("the tool", require_file, tmp_path / "absent", "thing")
    with pytest.raises(ValueError, match="math domain error"):
        call_in_child("the tool", math.sqrt, -1.0)


def test_opensims_own_reason_is_in_the_line(tmp_path: Path) -> None:
    with pytest.raises(NMMError, match=r"^the tool: OpenSim failed: .*absent\.osim") as caught:
        call_in_child("the tool", opensim.Model, str(tmp_path / "absent.osim"))
    assert "\n" not in str(caught.value)
    assert "std::exception" not in str(caught.value)


def test_the_last_error_of_a_log_is_the_reason() -> None:
    log = [
        "[info] Running tool.",
        "[error] Something before.",
        "[error] InverseKinematicsTool Failed: Error reading 'a.trc'. Expected = 8. ",
        "\tThrown at TRCFileAdapter.cpp:72 in extendRead().",
        "[error] InverseKinematicsTool Failed, please see messages window for details...",
        "[info] the end",
    ]
    assert find_reason(log) == "Error reading 'a.trc'. Expected = 8."
    assert find_reason(log[:1]) is None


def test_an_interrupted_call_ends_its_process(tmp_path: Path) -> None:
    # Ctrl-C reaches the one that waits, not the one that works. Programs in the background of a
    # shell ignore it, and so would their children.
    code = (
        "import os, signal; from nmm_opensim.formats.processes import run_shown; import sys\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "program = 'import os, sys; print(os.getpid(), flush=True); sys.stdin.read(); '\\\n"
        "    'import signal; signal.pause()'\n"
        "def show(line, **_): open(sys.argv[1], 'w').write(line); os.kill(os.getpid(), 2)\n"
        "import builtins; builtins.print = show\n"
        "run_shown([sys.executable, '-c', program])\n"
    )
    file = tmp_path / "process"
    done = subprocess.run(
        [sys.executable, "-c", code, str(file)], capture_output=True, text=True, check=False
    )
    assert "KeyboardInterrupt" in done.stderr
    with pytest.raises(ProcessLookupError):
        os.kill(int(file.read_text()), 0)


def test_output_is_shown_and_kept(capsys: pytest.CaptureFixture[str]) -> None:
    program = "import sys; print('one'); print(sys.stdin.read(), file=sys.stderr); sys.exit(4)"
    ended = run_shown([sys.executable, "-u", "-c", program], given=b"two")
    assert (ended.status, ended.lines) == (4, ("one", "two"))
    assert capsys.readouterr().out == "one\ntwo\n"
