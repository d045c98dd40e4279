"""Commands in documents and help texts are those of the command line."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest
from conftest import ROOT

from nmm_opensim.cli import cli

DOCUMENTS = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]


def find_commands(text: str) -> list[str]:
    """Every ``nmm-opensim`` command of fenced blocks and code spans, continued lines joined."""
    fences = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    spans = re.findall(
        r"`(nmm-opensim [^`]+)`", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    )
    lines = "\n".join(fences).replace("\\\n", " ").splitlines() + spans
    return [line.strip() for line in lines if line.strip().startswith("nmm-opensim ")]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: file.name)
def test_verbs_and_options_of_documents_exist(document: Path) -> None:
    for command in find_commands(document.read_text(encoding="utf-8")):
        _, verb, *words = shlex.split(command, comments=True)
        if verb.startswith("-"):
            continue
        assert verb in cli.commands, command
        options = {
            name
            for parameter in cli.commands[verb].params
            if isinstance(parameter, click.Option)
            for name in parameter.opts
        }
        for word in words:
            assert not word.startswith("--") or word == "--help" or word in options, command


@pytest.mark.parametrize("verb", sorted(cli.commands))
def test_help_ends_with_an_example_whose_files_exist(verb: str) -> None:
    command = cli.commands[verb]
    assert command.epilog is not None
    title, *lines = command.epilog.removeprefix("\b\n").splitlines()
    assert title.startswith("Example")
    text = "\n".join(lines)
    assert f"nmm-opensim {verb} " in text
    for file in re.findall(r"\b(?:setups|models)/\S+", text):
        assert (ROOT / file).is_file(), file
