"""XML of setups with comments, laid out to be read and edited."""

from __future__ import annotations

import os
import textwrap
from pathlib import Path

from lxml import etree

WIDTH = 100
INDENT = "    "
XSI = "http://www.w3.org/2001/XMLSchema-instance"
SCHEMA = "schemas/setup.xsd"
"""Beside the setups, for editors."""


class Document:
    """One tool's setup that is being written to ``file``."""

    def __init__(self, file: Path, tool: str, name: str, title: str) -> None:
        self.file = file
        self._root = etree.Element("OpenSimDocument", nsmap={"xsi": XSI}, Version="40500")
        self._root.set(f"{{{XSI}}}noNamespaceSchemaLocation", SCHEMA)
        self._title = title
        self.tool = Node(self, etree.SubElement(self._root, tool, name=name))

    def write(self) -> str:
        """The whole text."""
        etree.indent(self._root, space=INDENT)
        body = etree.tostring(self._root, encoding="unicode")
        title = f"<!-- {_fit(self._title)} -->"
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{title}\n{body}\n'


class Node:
    """An element; children and comments come in the order in which they are added."""

    def __init__(self, document: Document, element: etree._Element) -> None:
        self._document = document
        self._element = element

    @property
    def tag(self) -> str:
        """The element's name."""
        return str(self._element.tag)

    def add(self, tag: str, value: str | float | None = None, name: str | None = None) -> Node:
        """A child, with a value or a name."""
        child = etree.SubElement(self._element, tag)
        if name is not None:
            child.set("name", name)
        if value is not None:
            child.text = value if isinstance(value, str) else f"{value:.9g}"
        return Node(self._document, child)

    def add_path(self, tag: str, path: Path) -> Node:
        """A child with a path relative to the setup's folder."""
        folder = self._document.file.parent.resolve()
        return self.add(tag, Path(os.path.relpath(path.resolve(), folder)).as_posix())

    def comment(self, text: str) -> None:
        """A comment on what follows."""
        level = 1 + len(list(self._element.iterancestors()))
        lines = textwrap.wrap(_fit(text), WIDTH - len(INDENT) * level - 7, break_long_words=False)
        self._element.append(etree.Comment(("\n" + INDENT * (level + 1)).join(lines)))


def _fit(text: str) -> str:
    """Two hyphens, which names of files may have, would end a comment."""
    while "--" in text:
        text = text.replace("--", "- -")
    return text.rstrip("-")
