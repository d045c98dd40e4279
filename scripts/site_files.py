"""A hook of MkDocs: what pages link to outside docs/, such as setups, becomes part of the site.

So one link, ``../setups/x.xml``, works in the repository and in the site.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

LINK = re.compile(r"(?<=\]\()(?:\.\./)+[^)#\s]+")
FOLDER = "project"
"""Of the site, for files that are not pages."""


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Add what the page links to, and let the links point there."""
    docs = Path(config.docs_dir).resolve()
    here = page.file.src_uri

    def redirect(link: re.Match[str]) -> str:
        target = (docs / here).parent.joinpath(link[0]).resolve()
        inside = target.is_relative_to(docs) or not target.is_relative_to(docs.parent)
        # MkDocs complains of what is left as it is and is no page.
        if inside or not target.is_file():
            return link[0]
        uri = posixpath.join(FOLDER, target.relative_to(docs.parent).as_posix())
        if files.get_file_from_path(uri) is None:
            files.append(File.generated(config, uri, abs_src_path=str(target)))
        return posixpath.relpath(uri, posixpath.dirname(here))

    return LINK.sub(redirect, markdown)
