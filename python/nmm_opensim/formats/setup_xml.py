"""Reading OpenSim-style XML setups with lxml: every complaint names the file and the line.

Setups are files from others. Entities, document types and network access are refused, and file
names inside a setup are resolved against the setup's own folder.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from lxml import etree

from ..errors import NMMError, nearest_names, require_file
from ..files import require_reasonable

T = TypeVar("T")
Choice = TypeVar("Choice", bound=str)

# Parts of paths, what other systems keep for themselves, and what no one sees.
UNFIT_FOR_FILES = re.compile(r"[/\\:*?\"<>|\x00-\x1f\x7f]")


class SetupElement:
    """One element of a setup: ``get_*`` marks a child as known, ``finish`` refuses the rest."""

    def __init__(self, element: etree._Element, file: Path) -> None:
        self._element = element
        self._file = file
        self._known: set[str] = set()

    @property
    def file(self) -> Path:
        """The setup file that holds the element, absolute."""
        return self._file

    @property
    def tag(self) -> str:
        """The element's name, such as ``MeasuredMuscle``."""
        return str(self._element.tag)

    @property
    def known(self) -> frozenset[str]:
        """The children that have been asked for so far."""
        return frozenset(self._known)

    @property
    def name(self) -> str:
        """The ``name`` attribute, which must be there."""
        name = str(self._element.get("name", "")).strip()
        if not name:
            raise self.error(f'expected <{self.tag} name="…">, but found no name')
        return name

    @property
    def has_name(self) -> bool:
        """Whether there is a ``name`` attribute with something in it."""
        return bool(str(self._element.get("name", "")).strip())

    @property
    def file_stem(self) -> str:
        """The ``name`` attribute where results are named after it: one plain part of a path."""
        if not is_file_stem(self.name):
            raise self.error(
                f"expected a name that files can have, because results are named after it, but "
                f"found '{self.name}'; use letters, digits, - and _"
            )
        return self.name

    def error(self, message: str, child: etree._Element | None = None) -> NMMError:
        """An error at this element's line, or at its child's."""
        line = (self._element if child is None else child).sourceline
        return NMMError(f"{self._file}:{line}: {message}.")

    def has(self, tag: str) -> bool:
        """Whether the optional child ``tag`` is there and not empty."""
        self._known.add(tag)
        child = self._element.find(tag)
        return child is not None and bool((child.text or "").strip() or len(child))

    def _child(self, tag: str) -> etree._Element:
        self._known.add(tag)
        children = self._element.findall(tag)
        if not children:
            raise self.error(f"<{self.tag}> lacks the element <{tag}>; add it")
        if len(children) > 1:
            raise self.error(f"expected one <{tag}>, but found {len(children)}", children[1])
        return children[0]

    def get_text(self, tag: str, default: str | None = None) -> str:
        """The child's text without surrounding space."""
        if default is not None and not self.has(tag):
            return default
        child = self._child(tag)
        text = (child.text or "").strip()
        if not text:
            raise self.error(f"<{tag}> is empty; expected a value", child)
        return text

    def get_optional_text(self, tag: str) -> str | None:
        """The child's text, None where it is left out or empty, as for all that is optional."""
        return self.get_text(tag) if self.has(tag) else None

    def get_optional_file_stem(self, tag: str) -> str | None:
        """The child's text by the rules of :attr:`file_stem`, or None."""
        text = self.get_optional_text(tag)
        if text is not None and not is_file_stem(text):
            raise self.error(
                f"<{tag}>: expected a name that files can have, but found '{text}'; use letters, "
                "digits, - and _",
                self._child(tag),
            )
        return text

    def get_names(self, tag: str, default: Sequence[str] | None = None) -> list[str]:
        """Names separated by space, each at most once."""
        if default is not None and not self.has(tag):
            return list(default)
        names = self.get_text(tag).split()
        for name in names:
            if names.count(name) > 1:
                raise self.error(f"<{tag}> names '{name}' twice; name it once", self._child(tag))
        return names

    def get_choice(
        self, tag: str, choices: Sequence[Choice], default: Choice | None = None
    ) -> Choice:
        """One of ``choices``."""
        text = self.get_text(tag, default)
        for choice in choices:
            if choice == text:
                return choice
        raise self.error(
            f"<{tag}>: expected one of {', '.join(choices)}, but found '{text}'",
            self._child(tag),
        )

    def get_optional_choice(self, tag: str, choices: Sequence[Choice]) -> Choice | None:
        """One of ``choices`` or None."""
        return self.get_choice(tag, choices) if self.has(tag) else None

    def get_numbers(
        self,
        tag: str,
        default: Sequence[float] | None = None,
        *,
        count: int | None = None,
        minimum: float = -math.inf,
        maximum: float = math.inf,
    ) -> list[float]:
        """Finite numbers separated by space, each within [minimum, maximum]."""
        if default is not None and not self.has(tag):
            return list(default)
        child = self._child(tag)
        words = self.get_text(tag).split()
        if count is not None and len(words) != count:
            raise self.error(f"<{tag}>: expected {count} numbers, but found {len(words)}", child)
        numbers = [self._convert(tag, child, word, float, "a number") for word in words]
        for number in numbers:
            if not (math.isfinite(number) and minimum <= number <= maximum):
                raise self.error(
                    f"<{tag}>: expected numbers within [{minimum:g}, {maximum:g}], "
                    f"but found {number:g}",
                    child,
                )
        return numbers

    def get_number(
        self,
        tag: str,
        default: float | None = None,
        *,
        minimum: float = -math.inf,
        maximum: float = math.inf,
    ) -> float:
        """One finite number within [minimum, maximum]."""
        defaults = None if default is None else [default]
        return self.get_numbers(tag, defaults, count=1, minimum=minimum, maximum=maximum)[0]

    def get_optional_number(
        self, tag: str, *, minimum: float = -math.inf, maximum: float = math.inf
    ) -> float | None:
        """One finite number within [minimum, maximum], or None."""
        return self.get_number(tag, minimum=minimum, maximum=maximum) if self.has(tag) else None

    def get_integers(
        self, tag: str, default: Sequence[int] | None = None, *, minimum: int = 0
    ) -> list[int]:
        """Whole numbers separated by space."""
        if default is not None and not self.has(tag):
            return list(default)
        child = self._child(tag)
        numbers = [
            self._convert(tag, child, word, int, "a whole number")
            for word in self.get_text(tag).split()
        ]
        for number in numbers:
            if number < minimum:
                raise self.error(f"<{tag}>: expected at least {minimum}, but found {number}", child)
        return numbers

    def get_integer(self, tag: str, default: int | None = None, *, minimum: int = 0) -> int:
        """One whole number."""
        defaults = None if default is None else [default]
        numbers = self.get_integers(tag, defaults, minimum=minimum)
        if len(numbers) != 1:
            raise self.error(f"<{tag}>: expected one number, but found {len(numbers)}")
        return numbers[0]

    def _convert(
        self,
        tag: str,
        child: etree._Element,
        word: str,
        convert: Callable[[str], T],
        expected: str,
    ) -> T:
        try:
            return convert(word)
        except ValueError:
            raise self.error(f"<{tag}>: expected {expected}, but found '{word}'", child) from None

    def get_path(self, tag: str, default: str | None = None) -> Path:
        """A path, resolved against the setup's folder; nothing is checked to exist."""
        return (self._file.parent / self.get_text(tag, default)).resolve()

    def get_output(self, tag: str, folder: Path) -> Path:
        """The path of a result, which must be in ``folder``, the results folder."""
        path = self.get_path(tag)
        if not path.is_relative_to(folder) or path == folder:
            raise self.error(
                f"<{tag}>: expected a file inside <results_directory>, '{folder}', but found "
                f"'{path}'; results are written nowhere else",
                self._child(tag),
            )
        return path

    def get_file(self, tag: str) -> Path:
        """The path of a file that must exist."""
        child = self._child(tag)
        try:
            return require_file(self.get_path(tag), f"<{tag}>")
        except NMMError as error:
            raise self.error(str(error).rstrip("."), child) from None

    def get_optional_file(self, tag: str) -> Path | None:
        """The path of a file that must exist, or None."""
        return self.get_file(tag) if self.has(tag) else None

    def get_child(self, tag: str) -> SetupElement:
        """The one child element ``tag``."""
        return SetupElement(self._child(tag), self._file)

    def get_optional_child(self, tag: str) -> SetupElement | None:
        """The one child element ``tag``, or None."""
        return self.get_child(tag) if self.has(tag) else None

    def get_children(self, tags: Sequence[str]) -> list[SetupElement]:
        """All child elements, each of which must be one of ``tags``, with distinct names."""
        children = []
        first_line: dict[str, int | None] = {}
        for element in _elements(self._element):
            if element.tag not in tags:
                raise self._unknown(element, tags)
            child = SetupElement(element, self._file)
            if child.name in first_line:
                raise self.error(
                    f"'{child.name}' is already declared in line {first_line[child.name]}; "
                    "declare it once",
                    element,
                )
            first_line[child.name] = element.sourceline
            children.append(child)
        self._known.update(tags)
        return children

    def finish(self) -> None:
        """Refuse any child element that nobody asked for."""
        for element in _elements(self._element):
            if element.tag not in self._known:
                raise self._unknown(element, sorted(self._known))

    def _unknown(self, element: etree._Element, known: Sequence[str]) -> NMMError:
        tag = str(element.tag)
        return self.error(
            f"<{self.tag}> has no element <{tag}>; {nearest_names(tag, known)}", element
        )


def is_file_stem(name: str) -> bool:
    """Whether a name is one plain part of a path, on every system."""
    return not UNFIT_FOR_FILES.search(name) and not name.startswith(".")


def _elements(parent: etree._Element) -> list[etree._Element]:
    """Child elements without comments and processing instructions."""
    return [child for child in parent if isinstance(child.tag, str)]


def read_setup(file: Path, *tools: str) -> SetupElement:
    """The one element, of ``tools``, inside ``<OpenSimDocument>`` of a setup file."""
    file = require_reasonable(file, "setup file").resolve()
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        document = etree.parse(file, parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        raise NMMError(
            f"{file}:{line}: not well-formed XML at column {column}: {error.msg}."
        ) from None
    except OSError as error:
        raise NMMError(f"{file}: not well-formed XML: {str(error).split(': ', 1)[-1]}.") from None
    if document.docinfo.doctype:
        raise NMMError(f"{file}: expected no document type (<!DOCTYPE …>); remove it.")
    root = document.getroot()
    if root.tag != "OpenSimDocument":
        raise NMMError(
            f"{file}:{root.sourceline}: expected <OpenSimDocument>, but found <{root.tag}>."
        )
    elements = _elements(root)
    if len(elements) != 1 or elements[0].tag not in tools:
        expected = " or ".join(f"<{tool}>" for tool in tools)
        found = ", ".join(f"<{element.tag}>" for element in elements) or "nothing"
        raise NMMError(f"{file}:{root.sourceline}: expected one {expected}, but found {found}.")
    return SetupElement(elements[0], file)
