"""Setups from others: every complaint names file and line, and nothing else happens."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nmm_opensim.errors import NMMError
from nmm_opensim.formats.setup_xml import read_setup

SETUP = """<?xml version="1.0" encoding="UTF-8"?>
<OpenSimDocument Version="40500">
    <Tool name="t">
        <number>1.5</number>
        <names>a b</names>
        {more}
    </Tool>
</OpenSimDocument>
"""


def write(folder: Path, text: str) -> Path:
    file = folder / "setup.xml"
    file.write_text(text, encoding="utf-8")
    return file


def test_values_are_read(tmp_path: Path) -> None:
    tool = read_setup(write(tmp_path, SETUP.format(more="<file>sub/x.sto</file>")), "Tool")
    assert tool.name == "t"
    assert tool.get_number("number") == 1.5
    assert tool.get_names("names") == ["a", "b"]
    assert tool.get_number("absent", 2.0) == 2.0
    assert tool.get_path("file") == tmp_path / "sub" / "x.sto"
    tool.finish()


def test_what_is_optional_is_none_where_it_is_left_out_or_empty(tmp_path: Path) -> None:
    more = "<empty/><blank> </blank><child><deep>1</deep></child><kind>rigid</kind>"
    tool = read_setup(write(tmp_path, SETUP.format(more=more)), "Tool")
    assert tool.get_optional_number("number", minimum=0.0) == 1.5
    assert tool.get_optional_text("names") == "a b"
    assert tool.get_optional_choice("kind", ["rigid", "elastic"]) == "rigid"
    child = tool.get_optional_child("child")
    assert child is not None
    assert child.get_number("deep") == 1.0
    for tag in ("absent", "empty", "blank"):
        assert tool.get_optional_number(tag) is None
        assert tool.get_optional_text(tag) is None
        assert tool.get_optional_choice(tag, ["rigid"]) is None
        assert tool.get_optional_file(tag) is None
        assert tool.get_optional_child(tag) is None
    # What was asked for is known.
    tool.finish()
    with pytest.raises(NMMError, match=r"setup.xml:6: <kind> .*: expected a file, but found"):
        tool.get_optional_file("kind")


def test_unknown_element_names_line_and_nearest(tmp_path: Path) -> None:
    file = write(tmp_path, SETUP.format(more="<numbre>1</numbre>"))
    tool = read_setup(file, "Tool")
    tool.get_number("number")
    tool.get_names("names")
    with pytest.raises(NMMError, match=rf"{file}:6: .*<numbre>.*nearest: number"):
        tool.finish()


def test_missing_element_names_line(tmp_path: Path) -> None:
    file = write(tmp_path, SETUP.format(more=""))
    with pytest.raises(NMMError, match=rf"{file}:3: <Tool> lacks the element <other>"):
        read_setup(file, "Tool").get_text("other")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<number>x</number>", "expected a number, but found 'x'"),
        ("<number>nan</number>", "but found nan"),
        ("<number>inf</number>", "but found inf"),
        ("<number>1 2</number>", "expected 1 numbers, but found 2"),
        ("<number></number>", "<number> is empty"),
        ("<number>1</number><number>2</number>", "expected one <number>, but found 2"),
    ],
)
def test_bad_numbers(tmp_path: Path, text: str, expected: str) -> None:
    file = write(tmp_path, f"<OpenSimDocument><Tool name='t'>{text}</Tool></OpenSimDocument>")
    with pytest.raises(NMMError, match=expected):
        read_setup(file, "Tool").get_number("number")


def test_document_types_and_entities_are_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    file = write(
        tmp_path,
        f'<!DOCTYPE a [<!ENTITY x SYSTEM "{secret}">]>\n'
        "<OpenSimDocument><Tool name='t'><text>&x;</text></Tool></OpenSimDocument>",
    )
    with pytest.raises(NMMError, match="document type"):
        read_setup(file, "Tool")


def test_entities_that_grow_are_refused(tmp_path: Path) -> None:
    entities = '<!ENTITY a0 "ha">' + "".join(
        f'<!ENTITY a{k + 1} "{f"&a{k};" * 10}">' for k in range(9)
    )
    file = write(
        tmp_path,
        f"<!DOCTYPE a [{entities}]>\n"
        "<OpenSimDocument><Tool name='t'><text>&a9;</text></Tool></OpenSimDocument>",
    )
    with pytest.raises(NMMError, match=r"amplification|document type"):
        read_setup(file, "Tool")


def test_included_files_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    file = write(
        tmp_path,
        SETUP.format(
            more='<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="secret" '
            'parse="text"/>'
        ),
    )
    tool = read_setup(file, "Tool")
    tool.get_number("number")
    tool.get_names("names")
    with pytest.raises(NMMError, match="has no element"):
        tool.finish()


@pytest.mark.parametrize("name", ["../t", "a/b", "a\\b", ".hidden", "C:t", "a&#10;b"])
def test_a_name_that_leads_elsewhere_is_no_file_name(tmp_path: Path, name: str) -> None:
    file = write(
        tmp_path, SETUP.format(more="").replace("'t'", f"'{name}'").replace('"t"', f'"{name}"')
    )
    with pytest.raises(NMMError, match=rf"{file}:3: expected a name that files can have"):
        _ = read_setup(file, "Tool").file_stem


@pytest.mark.parametrize(
    "path", ["../x.sto", "/tmp/x.sto", "results/../x.sto", "results/../../x.sto", "results", "."]
)
def test_results_stay_in_their_folder(tmp_path: Path, path: str) -> None:
    tool = read_setup(write(tmp_path, SETUP.format(more=f"<file>{path}</file>")), "Tool")
    with pytest.raises(NMMError, match=r":6: <file>: expected a file inside <results_directory>"):
        tool.get_output("file", tmp_path / "results")


def test_a_link_out_of_the_results_folder_is_followed_and_refused(tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "out").symlink_to(tmp_path.parent)
    tool = read_setup(write(tmp_path, SETUP.format(more="<file>results/out/x.sto</file>")), "Tool")
    with pytest.raises(NMMError, match="results are written nowhere else"):
        tool.get_output("file", tmp_path / "results")


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_an_error_or_a_setup(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    file = tmp_path_factory.mktemp("any") / "setup.xml"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(NMMError):
        read_setup(file, "Tool")
