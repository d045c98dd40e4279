"""The labels in ``<channels>``: parted by spaces as every list, in spite of labels with spaces."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...errors import NMMError

_QUOTED = re.compile(r'\s*,?\s*(?:"([^"]*[^"\s][^"]*)"|([^\s",]+))(?=[\s,]|$)')


def split_labels(text: str, names: Sequence[str] | None) -> list[str]:
    """The labels that ``text`` lists; ``names`` are theirs, where ``<names>`` gives any.

    - ``a b c`` are three labels. One with spaces or commas stands in quotes: ``"EMG 1" "EMG 2"``.
    - With commas outside quotes, labels are what stands between these and in lines of their own,
      spaces and all.
    - Without both, labels are lines where there are as many names as lines, and words otherwise.

    Raises:
        NMMError: for quotes that do not end, or labels that are as many as the names in no reading.

    """
    if '"' in text:
        return _split_quoted(text)
    lines = [part.strip() for part in re.split(r"[,\r\n]", text)]
    lines = [part for part in lines if part]
    if "," in text:
        return lines
    words = text.split()
    if names is None or len(names) == len(words):
        return words
    if len(names) == len(lines):
        return lines
    raise NMMError(
        f"<channels>: expected {len(names)} labels, one for each of <names>, but found "
        f"{len(words)}, parted by spaces; write labels with spaces in quotes"
    )


def _split_quoted(text: str) -> list[str]:
    labels = []
    at, end = 0, len(text.rstrip().rstrip(","))
    while at < end:
        match = _QUOTED.match(text, at, end)
        if match is None:
            raise NMMError(
                '<channels>: expected labels in quotes, such as "EMG 1" "EMG 2", but found '
                f"{text[at:end].strip()[:40]}"
            )
        labels.append((match[1] or match[2]).strip())
        at = match.end()
    return labels
