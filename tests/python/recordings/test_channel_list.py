"""Labels in <channels>: spaces part them, quotes and commas hold them together."""

from __future__ import annotations

import pytest

from nmm_opensim.errors import NMMError
from nmm_opensim.recordings.emg.channel_list import split_labels

TWO = ["a", "b"]


@pytest.mark.parametrize(
    ("text", "names", "labels"),
    [
        ("soleus med_gas", None, ["soleus", "med_gas"]),
        (" soleus\n  med_gas\n", None, ["soleus", "med_gas"]),
        ("soleus med_gas", TWO, ["soleus", "med_gas"]),
        # One label with a space, as it always was.
        ("EMG 1", ["a"], ["EMG 1"]),
        ("EMG 1, EMG 2", TWO, ["EMG 1", "EMG 2"]),
        ("EMG 1,\n EMG 2", TWO, ["EMG 1", "EMG 2"]),
        ("EMG 1\nEMG 2", TWO, ["EMG 1", "EMG 2"]),
        ("soleus,med_gas,", None, ["soleus", "med_gas"]),
        ('"EMG 1" "EMG 2"', TWO, ["EMG 1", "EMG 2"]),
        ('"TA: EMG 1, raw", "EMG 2"', TWO, ["TA: EMG 1, raw", "EMG 2"]),
        ('soleus "EMG 2"', TWO, ["soleus", "EMG 2"]),
        ('\n"EMG 1"\n"EMG 2",\n', TWO, ["EMG 1", "EMG 2"]),
        ("Мышца μV", None, ["Мышца", "μV"]),
    ],
)
def test_one_reading(text: str, names: list[str] | None, labels: list[str]) -> None:
    assert split_labels(text, names) == labels


@pytest.mark.parametrize(
    ("text", "names", "words"),
    [
        ("EMG 1 EMG 2", TWO, "expected 2 labels, one for each of <names>, but found 4"),
        ('"EMG 1" "EMG 2', TWO, 'found "EMG 2'),
        ('"EMG 1""EMG 2"', TWO, "expected labels in quotes"),
        ('EMG" 1', ["a"], "expected labels in quotes"),
        ('""', ["a"], "expected labels in quotes"),
        ('" " b', TWO, "expected labels in quotes"),
    ],
)
def test_what_has_no_reading_is_refused(text: str, names: list[str], words: str) -> None:
    with pytest.raises(NMMError, match=words):
        split_labels(text, names)
