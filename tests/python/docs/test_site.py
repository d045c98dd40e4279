"""The documentation as a site: every link leads somewhere, and nothing comes from the network."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

NETWORK = re.compile(
    r"<(?:script|img|iframe)[^>]*\bsrc=\"(?:https?:)?//|<link[^>]*href=\"https?://"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", folder],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_every_page_is_there_and_needs_no_network(site: Path) -> None:
    for source in (ROOT / "docs").rglob("*.md"):
        page = site / source.relative_to(ROOT / "docs").with_suffix(".html")
        assert not NETWORK.search(page.read_text(encoding="utf-8")), page


def test_files_that_pages_link_to_come_along(site: Path) -> None:
    page = (site / "tutorials" / "elbow.html").read_text(encoding="utf-8")
    assert 'href="../project/setups/elbow_emg.xml"' in page
    setup = site / "project" / "setups" / "elbow_emg.xml"
    assert setup.read_bytes() == (ROOT / "setups" / "elbow_emg.xml").read_bytes()


def test_tables_and_lists_are_rendered(site: Path) -> None:
    for page in site.rglob("*.html"):
        text = re.sub(r"<(pre|code)\b.*?</\1>", "", page.read_text(encoding="utf-8"), flags=re.S)
        # What Markdown did not take for a table or a list stays in its paragraph.
        assert not re.search(r"<p>[^<]*\|---|<p>[^<]*\n(- |\| |1\. )", text), page
