"""The page as a text, and in a browser."""

from __future__ import annotations

import base64
import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from sparrow_ecg.sim.report.html.monitor import write_page
from tests.support.monitored import CALLED_V, EXTRA, MISSED, monitored

BROWSER, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
PATIENCE = 60  # seconds, on a machine that is busy


def content(page: Path) -> dict[str, Any]:
    found = re.search(r'<script id="record" type="application/json">(.*?)</script>', page.read_text(), re.DOTALL)
    assert found
    return json.loads(found[1])


def test_the_page_holds_the_record(tmp_path: Path) -> None:
    heard = monitored()
    page = write_page(tmp_path / "new" / "index.html", heard)
    held = content(page)
    assert (np.frombuffer(base64.b64decode(held["codes"]), "<i2") == heard.record.codes).all()
    assert [at for at in held["beats"]["at"] if at >= 0] == heard.samples.tolist()
    assert page.read_bytes() == write_page(tmp_path / "again.html", heard).read_bytes()


def test_nothing_is_fetched(tmp_path: Path) -> None:
    page = write_page(tmp_path / "index.html", monitored()).read_text()
    assert not re.search(r"https?:|@import|url\(|src=|href=|fetch\(|import\(", page)


def test_no_text_ends_the_script(tmp_path: Path) -> None:
    note = "</script><script>{{style}}<!--"
    heard = monitored(note=note, record=replace(monitored().record, name="<b>&"))
    page = write_page(tmp_path / "index.html", heard)
    assert content(page)["note"] == note
    assert "<title>Record &lt;b>&amp;</title>" in page.read_text()


def test_codes_of_more_than_16_bits_are_refused(tmp_path: Path) -> None:
    heard = monitored()
    with pytest.raises(ValueError, match="16 bits"):
        write_page(
            tmp_path / "index.html", replace(heard, record=replace(heard.record, codes=heard.record.codes + 2**16))
        )


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
    if not BROWSER or not DRIVER:
        pytest.skip("no chromium and chromedriver to open the page in: apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    # Its sandbox does not start for root, as which CI runs; a container's /dev/shm may be too small for it.
    for option in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"):
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, Service(DRIVER))
    yield driver
    driver.quit()


@pytest.fixture
def load(browser: webdriver.Chrome, tmp_path: Path) -> Callable[..., None]:
    """Opens a page of ``changes`` in a window as wide; there is nothing to complain of, and nothing else is loaded."""

    def opened(width: int = 1280, **changes: Any) -> None:
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        browser.get(write_page(tmp_path / "index.html", monitored(**changes)).as_uri())
        until(browser, lambda: strip(browser).get_attribute("data-last"))
        assert browser.get_log("browser") == []
        assert browser.execute_script("return performance.getEntriesByType('resource').length") == 0

    return opened


def until(browser: webdriver.Chrome, holds: Callable[[], object]) -> None:
    WebDriverWait(browser, PATIENCE).until(lambda _: holds())


def strip(browser: webdriver.Chrome) -> WebElement:
    return browser.find_element(By.ID, "strip")


def seen(browser: webdriver.Chrome) -> tuple[float, float]:
    """The seconds that the strip shows."""
    return tuple(float(strip(browser).get_attribute(f"data-{end}")) for end in ("first", "last"))  # type: ignore


def entries(browser: webdriver.Chrome) -> list[WebElement]:
    return browser.find_elements(By.CSS_SELECTOR, "#list button")


def told(browser: webdriver.Chrome) -> str:
    return browser.find_element(By.ID, "told").text


def press_filter(browser: webdriver.Chrome, *kinds: str) -> None:
    for kind in kinds:
        browser.find_element(By.CSS_SELECTOR, f"#filters [data-kind='{kind}']").click()


def test_the_strip_moves_to_an_event_that_is_clicked(browser: webdriver.Chrome, load: Callable[..., None]) -> None:
    load()
    assert seen(browser) == (0, 10)
    (event,) = (entry for entry in entries(browser) if "lead off" in entry.text)
    event.click()
    until(browser, lambda: seen(browser) == (45, 55))  # the lead is off from 50 s on
    assert "lead off until 0:52.78" in told(browser)
    assert event.get_attribute("aria-current") == "true"


def test_whatever_is_clicked_is_brought_to_the_middle(browser: webdriver.Chrome, load: Callable[..., None]) -> None:
    load()
    for entry in entries(browser):
        entry.click()
        first = np.clip(float(entry.get_attribute("data-time") or "") - 5, 0, 50)
        until(browser, lambda at=first: abs(seen(browser)[0] - at) < 0.01)


def test_disagreements_are_listed_and_told(browser: webdriver.Chrome, load: Callable[..., None]) -> None:
    load()
    press_filter(browser, "V", "S", "F", "Q", "events")
    peaks = monitored().record.peaks / 360
    missed, other, extra = entries(browser)
    for entry, number, word in ((missed, MISSED, "missed"), (other, CALLED_V, "annotated N"), (extra, EXTRA, "extra")):
        assert word in entry.text
        entry.click()
        until(browser, lambda entry=entry: entry.get_attribute("aria-current"))
        middle = peaks[number] + (100 / 360 if entry is extra else 0)
        until(browser, lambda at=middle: abs(sum(seen(browser)) / 2 - at) < 0.01)
    assert "not classified" in told(browser)
    assert "extra: no beat is annotated" in told(browser)


def test_a_list_that_was_scrolled_stays(browser: webdriver.Chrome, load: Callable[..., None]) -> None:
    load()
    press_filter(browser, "N")
    entries(browser)[-1].click()
    until(browser, lambda: seen(browser) == (50, 60))
    place = "return document.getElementById('list').scrollTop"
    assert browser.execute_script(place) > 0
    browser.execute_script("document.getElementById('list').scrollTop = 0")
    browser.find_element(By.ID, "closer").click()
    until(browser, lambda: seen(browser)[1] - seen(browser)[0] == 5)
    assert browser.execute_script(place) == 0


def test_filters_add_up(browser: webdriver.Chrome, load: Callable[..., None]) -> None:
    load()
    some = len(entries(browser))
    press_filter(browser, "N")
    assert len(entries(browser)) == len(content_of(browser)["beats"]["at"]) + 1  # and the event
    press_filter(browser, "N")
    assert len(entries(browser)) == some


def content_of(browser: webdriver.Chrome) -> dict[str, Any]:
    return json.loads(browser.find_element(By.ID, "record").get_attribute("textContent") or "")


def test_arrows_step_through_beats(browser: webdriver.Chrome, load: Callable[..., None]) -> None:
    load()
    body, peaks = browser.find_element(By.TAG_NAME, "body"), monitored().samples / 360
    browser.find_element(By.CSS_SELECTOR, "[data-span='5']").click()
    until(browser, lambda: seen(browser) == (2.5, 7.5))
    first = int(np.searchsorted(peaks, 5))
    for key, number in [*((Keys.ARROW_RIGHT, first + by) for by in range(6)), (Keys.ARROW_LEFT, first + 4)]:
        body.send_keys(key)
        until(browser, lambda number=number: told(browser).split("margin ")[-1].split(" ")[0] == str(number))
        until(browser, lambda number=number: seen(browser)[0] < peaks[number] < seen(browser)[1])
    body.send_keys(Keys.END)
    until(browser, lambda: seen(browser)[1] == 60)
    body.send_keys("-")
    until(browser, lambda: np.diff(seen(browser)) == 10)


def test_a_beat_of_the_strip_is_chosen(browser: webdriver.Chrome, load: Callable[..., None]) -> None:
    load()
    at = monitored().samples[3] / 360
    canvas = strip(browser)
    gutter = browser.execute_script("return gutter(document.getElementById('strip').clientWidth)")
    across = gutter + at / 10 * (canvas.size["width"] - gutter) - canvas.size["width"] / 2
    webdriver.ActionChains(browser).move_to_element_with_offset(canvas, round(across), 0).click().perform()
    until(browser, lambda: "margin 3 " in told(browser))
    webdriver.ActionChains(browser).drag_and_drop_by_offset(canvas, -200, 0).perform()
    until(browser, lambda: seen(browser)[0] > 1)


def test_the_ecg_is_drawn(browser: webdriver.Chrome, load: Callable[..., None]) -> None:
    """The trace is where the codes are: at the first peak its colour is near the top, and nowhere above it."""
    load()
    dark = """
        const strip = document.getElementById("strip"), left = gutter(strip.clientWidth);
        const x = Math.round(left + arguments[0] / 10 * (strip.clientWidth - left));
        const dots = strip.getContext("2d").getImageData(x - 3, TOP, 7, strip.height - TOP - BOTTOM).data, rows = [];
        for (let at = 0; at < dots.length; at += 4) if (dots[at] < 140) rows.push(Math.floor(at / 28));
        return [Math.min(...rows), Math.max(...rows), strip.height - TOP - BOTTOM];
    """
    heard = monitored()
    peak = heard.record.peaks[0]
    top, bottom, height = browser.execute_script(dark, peak / 360)
    low, high = browser.execute_script("return range")
    expected = (high - heard.record.codes[peak]) / (high - low) * height
    assert abs(top - expected) < 5
    assert bottom > top + 20  # the flanks


def test_what_is_not_known_is_not_shown(browser: webdriver.Chrome, load: Callable[..., None]) -> None:
    record = replace(monitored().record, peaks=np.array([], np.int64), symbols=())
    load(power=None, facts=(), tables=(), events=(), note="", margins=None, record=record)
    shown = browser.find_element(By.TAG_NAME, "body").text
    assert not any(word in shown for word in ("Power", "on the chip", "disagreement", "missed", "events 1"))
    load()
    cards = browser.find_element(By.ID, "cards").text
    assert all(word in cards for word in ("Scores", "Power by block", "412 nW", "What is on the chip", "tiny"))


@pytest.mark.parametrize("width", [390, 768, 1280, 1920])
def test_nothing_is_cut_off(browser: webdriver.Chrome, load: Callable[..., None], width: int) -> None:
    load(width)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    assert strip(browser).size["width"] > (0.8 if width < 900 else 0.6) * width


def test_a_short_record_and_a_silent_chip(browser: webdriver.Chrome, load: Callable[..., None]) -> None:
    none = np.array([], np.int64)
    heard = monitored(40)
    load(record=heard.record, samples=none, classes=none, intervals=none, margins=none, events=())
    assert "missed" in browser.find_element(By.ID, "list").text
