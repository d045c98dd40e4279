"""Makes tests/data/bad: small files that are broken as files of laboratories are.

``python tests/bad_files.py`` writes them anew; tests read what is there. The folders are kinds of
files, and a file is named after its fault.
"""

from __future__ import annotations

import struct
import tempfile
from pathlib import Path

from c3d_files import write_c3d

DATA = Path(__file__).parent / "data"
FOLDER = DATA / "bad"

CSV = "time,a,b\n" + "".join(f"{i / 10:g},{i},{i * i}\n" for i in range(8))
STO = "t\nversion=1\nnRows=8\nnColumns=3\ninDegrees=no\nendheader\n" + CSV.replace(",", "\t")
TRC = (
    "PathFileType\t4\t(X/Y/Z)\tt.trc\n"
    "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\t"
    "OrigNumFrames\n10\t10\t8\t1\tmm\t10\t1\t8\nFrame#\tTime\thip\t\t\n\t\tX1\tY1\tZ1\n\n"
    + "".join(f"{i + 1}\t{i / 10:g}\t{i}\t1\t2\n" for i in range(8))
)
XML = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<OpenSimDocument Version="40500">\n'
    '<NMMInverseTool name="a"><model_file>é.osim</model_file></NMMInverseTool>\n'
    "</OpenSimDocument>\n"
)


def break_lines(text: str, delimiter: str) -> dict[str, bytes]:
    """The faults that all tables can have; rows of numbers are the last eight lines."""
    lines = text.splitlines()
    rows = lines[-8:]
    head, time = lines[:-8], 1 if "Frame#" in text else 0

    def join(rows: list[str]) -> bytes:
        return "\n".join([*head, *rows, ""]).encode()

    cells = rows[3].split(delimiter)
    faults = {
        "empty": b"",
        "only_labels": join([]),
        "truncated": join([*rows[:7], delimiter.join(rows[7].split(delimiter)[:-1])]),
        "cut": text.encode()[: len(text) // 3],
        "mis_encoded": text.replace("a", "µ").replace("hip", "µ").encode("latin-1"),
        "utf_32": text.encode("utf-32"),
        "wrong_delimiter": text.replace(delimiter, "|").encode(),
        "unsorted": join([*rows[:2], rows[4], rows[3], *rows[5:], rows[2]]),
        "duplicated_time": join([*rows[:4], rows[3], *rows[5:]]),
        "nan_time": join([*rows[:3], delimiter.join([*cells[:time], "nan", *cells[time + 1 :]])]),
        "binary": bytes(range(256)) * 2,
    }
    if time == 0:
        # Of markers a gap is no fault.
        faults["nan"] = join([*rows[:3], delimiter.join([*cells[:-1], "nan"]), *rows[4:]])
        faults["words"] = join([*rows[:3], delimiter.join([*cells[:-1], "high"]), *rows[4:]])
    return faults


def break_xml() -> dict[str, bytes]:
    """Setups that are no XML, another program's, or hostile."""
    text = XML.encode()
    return {
        "empty": b"",
        "truncated": text[:-30],
        "mis_encoded": XML.encode("latin-1"),
        "unknown_encoding": text.replace(b"UTF-8", b"klingon"),
        "utf_32": XML.encode("utf-32"),
        "binary": bytes(range(256)),
        "html": b"<!DOCTYPE html><html><body>404</body></html>",
        "entity": text.replace(b"?>\n", b'?>\n<!DOCTYPE a [<!ENTITY b "c">]>\n', 1),
        "other_tool": text.replace(b"NMMInverseTool", b"ForwardTool"),
        "deep": b"<a>" * 5000,
    }


def break_c3d(good: bytes) -> dict[str, bytes]:
    """Headers that promise what is not there."""
    enormous, processor, nowhere = bytearray(good), bytearray(good), bytearray(good)
    struct.pack_into("<2H", enormous, 2, 65535, 65535)
    processor[(good[0] - 1) * 512 + 3] = 86
    nowhere[0] = 255
    return {
        "empty": b"",
        "cut": good[:700],
        "truncated": good[:-600],
        "binary": bytes(range(256)) * 8,
        "promises": bytes(enormous),
        "processor": bytes(processor),
        "nowhere": bytes(nowhere),
        "text": CSV.encode(),
    }


def break_artefact(good: bytes) -> dict[str, bytes]:
    """Lengths, JSON and tensors that cannot be."""
    length = struct.unpack_from("<Q", good)[0]
    header = good[8 : 8 + length]
    return {
        "empty": b"",
        "cut": good[:5],
        "truncated": good[:-10],
        "long_header": struct.pack("<Q", 2**60) + good[8:],
        "no_header": struct.pack("<Q", 0) + good[8:],
        "json": good[:8] + b"x" + good[9:],
        "mis_encoded": good[:8] + header[:50] + b"\xff" + header[51:] + good[8 + length :],
        "no_metadata": struct.pack("<Q", 2) + b"{}",
        "pickle": b"\x80\x04c__builtin__\nprint\n.",
        "text": CSV.encode(),
    }


def main() -> None:
    """Write all files."""
    with tempfile.TemporaryDirectory() as folder:
        c3d = write_c3d(Path(folder) / "good.c3d").read_bytes()
    kinds = {
        "csv": break_lines(CSV, ","),
        "sto": break_lines(STO, "\t"),
        "mot": break_lines(STO, "\t"),
        "trc": break_lines(TRC, "\t"),
        "xml": break_xml(),
        "c3d": break_c3d(c3d),
        "nmm": break_artefact((DATA / "format1.nmm").read_bytes()),
    }
    for kind, faults in kinds.items():
        (FOLDER / kind).mkdir(parents=True, exist_ok=True)
        for fault, content in faults.items():
            (FOLDER / kind / f"{fault}.{kind}").write_bytes(content)


if __name__ == "__main__":
    main()
