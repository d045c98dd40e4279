"""The report's page in a real browser: it draws, it answers, and names cannot act."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from evil_names import EVIL, rename
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select, WebDriverWait

from nmm_opensim.report.content import Content
from nmm_opensim.report.page import render

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
WAIT = 60  # s
pytestmark = pytest.mark.skipif(
    CHROMIUM is None or DRIVER is None,
    reason="chromium and chromium-driver are not installed",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
    options = Options()
    options.binary_location = str(CHROMIUM)
    # Tests may run as root, where the browser's sandbox does not.
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--force-prefers-reduced-motion",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    yield driver
    driver.quit()


def open_page(browser: webdriver.Chrome, content: Content, folder: Path) -> None:
    """Show the page and wait until every plot is drawn."""
    file = folder / "page.html"
    file.write_text(render(content), encoding="utf-8")
    browser.get(file.as_uri())
    drawn = "return document.documentElement.dataset.drawn === 'yes'"
    WebDriverWait(browser, WAIT).until(lambda shown: shown.execute_script(drawn))


def count_lines(browser: webdriver.Chrome, plot: str) -> int:
    """The lines that are to be seen in a plot."""
    return len(browser.find_elements(By.CSS_SELECTOR, f"#{plot} .scatterlayer .trace"))


@pytest.mark.parametrize("width", [1400, 400])
def test_every_plot_is_drawn_within_the_window(
    browser: webdriver.Chrome, report_content: Content, tmp_path: Path, width: int
) -> None:
    metrics = {"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    open_page(browser, report_content, tmp_path)
    assert browser.get_log("browser") == []  # type: ignore[no-untyped-call]
    places = browser.find_elements(By.CSS_SELECTOR, ".plot")
    assert len(places) == 1 + 1 + 1 + 1 + 2 + 3
    for place in places:
        assert place.find_elements(By.CSS_SELECTOR, ".scatterlayer .trace path")
    page, window = browser.execute_script(
        "const page = document.documentElement; return [page.scrollWidth, page.clientWidth]"
    )
    assert page == window
    fetched = "return performance.getEntriesByType('resource').map((entry) => entry.name)"
    assert browser.execute_script(fetched) == []


def test_windows_and_muscles_can_be_chosen(
    browser: webdriver.Chrome, report_content: Content, tmp_path: Path
) -> None:
    open_page(browser, report_content, tmp_path)
    assert count_lines(browser, "run-0-forces") == 22
    browser.find_element(
        By.CSS_SELECTOR, "button[data-plot=run-0-forces][data-choose=deep]"
    ).click()
    assert count_lines(browser, "run-0-forces") == 1
    browser.find_element(
        By.CSS_SELECTOR, "input[data-plot=run-0-forces][data-muscle=tibant_r]"
    ).click()
    assert count_lines(browser, "run-0-forces") == 2

    title = "return document.querySelector('#run-0-forces .xtitle').textContent"
    axis = "return document.getElementById('run-0-forces').layout.xaxis.range"
    window = Select(browser.find_element(By.CSS_SELECTOR, "select[data-window=run-0]"))
    window.select_by_visible_text("right stance (1.41–2.17 s)")
    assert browser.execute_script(axis) == [1.41, 2.17]
    shapes = "return document.getElementById('run-0-moment-0').layout.shapes.length"
    assert browser.execute_script(shapes) > 0
    window.select_by_visible_text("all windows, over 0–100 %")
    assert browser.execute_script(shapes) == 0
    assert browser.execute_script(title) == "share of the window (%)"
    drawn = "return document.getElementById('run-0-moment-0').data[0]"
    trace = browser.execute_script(drawn)
    ((_, results),) = report_content.runs
    knee = results.joint_moments.select([results.joint_moments.columns[0]])
    assert (trace["x"][0], trace["x"][-1]) == (0, 100)
    assert trace["y"][0] == pytest.approx(knee.values[0, 0], rel=1e-5)
    (last,) = (i for i, time in enumerate(knee.time) if abs(time - 2.17) < 1e-6)
    assert trace["y"][-1] == pytest.approx(knee.values[last, 0], rel=1e-5)
    # EMG ends before the motion that it causes: nothing is made up there.
    sampled = "return [-1, 0, 0.5, 1, 1.5].map((t) => sampleAt([0, 1], [2, 4], t))"
    assert browser.execute_script(sampled) == [None, 2, 3, 4, None]
    window.select_by_visible_text("whole run")
    assert browser.execute_script(title) == "time (s)"


def test_plots_fit_on_paper(
    browser: webdriver.Chrome, report_content: Content, tmp_path: Path
) -> None:
    open_page(browser, report_content, tmp_path)
    widths = (
        "return [...document.querySelectorAll('.plot .main-svg')].map((svg) => svg.clientWidth)"
    )
    on_screen = browser.execute_script(widths)
    browser.execute_script("dispatchEvent(new Event('beforeprint'))")
    paper = 180 / 25.4 * 96  # px
    assert max(browser.execute_script(widths)) <= paper + 1
    assert browser.find_element(By.CSS_SELECTOR, "details.printed").get_attribute("open")
    browser.execute_script("dispatchEvent(new Event('afterprint'))")
    assert browser.execute_script(widths) == on_screen


def test_names_cannot_act(
    browser: webdriver.Chrome, report_content: Content, tmp_path: Path
) -> None:
    open_page(browser, rename(report_content, "soleus_r", EVIL), tmp_path)
    assert browser.execute_script("return window.acted === undefined")
    assert EVIL in browser.find_element(By.CSS_SELECTOR, "#inputs").text
    assert not browser.find_elements(By.CSS_SELECTOR, "main img")
    places = browser.find_elements(By.CSS_SELECTOR, "#run-0-deep-0 .scatterlayer .trace")
    assert len(places) >= 2
