"""Run the build steps, with their output in a log file and the progress on stderr."""

import os
import subprocess
import sys
from pathlib import Path

from errors import SdkError

_SHOWN_AT_FAILURE = 30

# Flags from the user's environment are no part of the recipe, so they must not get into an SDK.
_IGNORED = ("CFLAGS", "CXXFLAGS", "CPPFLAGS", "LDFLAGS", "CPATH", "CPLUS_INCLUDE_PATH")


def run(command: list[str], log: Path) -> None:
    """Run `command`; on failure show the end of its output and stop."""
    environment = {k: v for k, v in os.environ.items() if k not in _IGNORED}
    environment["NINJA_STATUS"] = "[%f/%t] "
    with log.open("a") as file:
        print("$", *command, file=file, flush=True)
        process = subprocess.Popen(
            command,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            close_fds=False,  # the lock goes with it, see cache.only_one
        )
        assert process.stdout is not None
        try:
            for line in process.stdout:
                file.write(line)
                file.flush()
                if line.startswith("["):  # ninja: one line for each step that is done
                    print(f"        {line.rstrip()}", file=sys.stderr, flush=True)
        except BaseException:
            # After an interruption ninja must not go on alone; it ends its compilers itself.
            process.terminate()
            process.wait()
            raise
    if process.wait() != 0:
        end = log.read_text(errors="replace").splitlines()[-_SHOWN_AT_FAILURE:]
        raise SdkError("\n".join([*end, f"{command[0]} failed. The full log: {log}"]))
