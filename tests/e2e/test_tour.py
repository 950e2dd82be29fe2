"""The tour of the demonstration, walked on a portal of its own as a newcomer walks it.

The README's pictures come from here, with PICTURES=docs/pictures in the environment.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
import urllib.request
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.browser import look
from tests.faults.conftest import free_port
from tests.faults.portal import Portal, wait_for

pytestmark = [pytest.mark.e2e]

MOST_CLICKS = 45
NAME = "小鹿的一天"
ACCOUNTS = "2500"  # enough for 桃源's 260 contracts; the story is the same at 20,000
CONFIRMED_WITHIN = 5.0  # seconds, for the label and the headline


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    """A demonstration that runs with its own worker and clock."""
    folder = Path(tempfile.mkdtemp(prefix="mingpai-tour-"))
    folder.chmod(0o711)
    portal = Portal(folder / "state", free_port(), "Asia/Shanghai")
    portal.environment |= {"DEMO": "1", "PUBLIC_URL": f"http://127.0.0.1:{portal.port}"}
    try:
        portal.state.mkdir(mode=0o755)
        portal.manage("migrate", "--no-input")
        portal.manage("seed_demo", "--profiles", ACCOUNTS)
        portal.start()
        yield portal
        portal.stop()
    finally:
        portal.end()
        shutil.rmtree(folder, ignore_errors=True)


class Walker:
    """Somebody with a mouse: every click is counted, typing and looking are not."""

    def __init__(self, page: Any, address: str) -> None:
        self.page, self.address, self.clicks = page, address, 0

    @property
    def text(self) -> str:
        return str(self.page.locator("main").inner_text())

    def click(self, place: Any) -> None:
        place.first.click()
        self.clicks += 1

    def button(self, name: str | re.Pattern[str]) -> None:
        self.click(self.page.locator("main").get_by_role("button", name=name))

    def link(self, name: str | re.Pattern[str]) -> None:
        self.click(self.page.locator("main").get_by_role("link", name=name))

    def main_button(self) -> None:
        self.click(self.page.locator("main form .btn-primary").last)

    def be(self, person: str) -> None:
        self.click(self.page.locator(f".m-demo button[value={person}]"))

    def navigate(self, name: str) -> None:
        self.click(self.page.locator("nav").get_by_role("link", name=name, exact=True))

    def wait(self, text: str, where: str = "main") -> None:
        """Until it stands there: a click has done its work only when the page shows it."""
        self.page.locator(where, has_text=text).first.wait_for(timeout=60_000)

    def read(self, path: str) -> Any:
        """What a program gets from the API."""
        with urllib.request.urlopen(self.address + path, timeout=10) as answer:  # noqa: S310
            return json.load(answer)

    def managed(self) -> tuple[int, int]:
        """Of the accounts above ten million: how many are managed, and how many there are."""
        rows = self.read("/api/v1/coverage")["results"]
        big = [row for row in rows if row["tier_floor"] == 10_000_000]
        return sum(row["managed"] for row in big), sum(row["profiles"] for row in big)


def test_newcomer_walks_through_the_house(page: Any, portal: Portal, tmp_path: Path) -> None:
    # One browser for all of it: whoever was of the agency a click ago answers as a visitor.
    walker = Walker(page, f"http://127.0.0.1:{portal.port}")
    pictures = Path(os.environ.get("PICTURES") or tmp_path)
    page.set_default_timeout(20_000)
    who_is_behind_it(walker)
    one_house(walker)
    next_month(walker)
    contracts(walker)
    answer(walker)
    the_label(walker)
    receipt = report(walker)
    decide(walker)
    outcome(walker, receipt)
    the_figure(walker)
    assert walker.clicks <= MOST_CLICKS, walker.clicks
    take(page, walker.address, pictures)
    assert [path.name for path in sorted(pictures.glob("*.png"))] == PICTURES


# --- The steps ------------------------------------------------------------------------------------


def looked_back_to(walker: Walker) -> str:
    """The day that the tour's own page names."""
    walker.page.goto(walker.address + "/demo/")
    assert look(walker.page) == []
    found = re.search(r"\d{4}-\d\d-\d\d", walker.text)
    assert found is not None
    return found[0]


def who_is_behind_it(walker: Walker) -> None:
    day, page = looked_back_to(walker), walker.page
    page.goto(walker.address)
    page.fill("main input[name=q]", "阿棠")
    page.keyboard.press("Enter")
    walker.click(page.locator("#results a", has_text="阿棠不吃辣"))
    walker.wait("Wuyou Culture", ".m-plate")
    page.fill("input[name=on]", day)
    walker.button("Show")
    walker.wait("Shuiyue Culture", ".m-plate")
    page.fill("input[name=known_at]", day)
    walker.button("Show")
    walker.wait("Jinghua Culture", ".m-plate")
    walker.wait("tier on that day: 10 M and more", ".m-facts-line")


def one_house(walker: Walker) -> None:
    walker.link("Back to today")
    walker.click(walker.page.locator(".m-plate a"))
    walker.link("Zixu Group")
    walker.wait("阿棠不吃辣")
    walker.wait("陆九同学")


def next_month(walker: Walker) -> None:
    walker.be("operator")
    walker.wait("at least 38.7 %")
    walker.click(walker.page.locator(".m-demo-links a"))
    walker.button("Load next month")
    walker.wait("Another row says that another account had this handle")
    walker.navigate("Runs")
    wait_for(lambda: walker.managed() == (19, 50), 60)
    walker.page.reload()
    walker.wait("tier changes 3")
    walker.wait("closed 0 · opened 2 · overdue")


def contracts(walker: Walker) -> None:
    page = walker.page
    walker.be("compliance")
    walker.wait("184 of 260 answered")
    walker.link("Go on")
    walker.click(page.locator("[data-pick-all]"))
    walker.click(page.locator("[data-batch] button[value=unchanged]"))
    walker.wait("76 contracts as unchanged?", "h1")
    walker.button("Keep these answers")
    walker.link("Check and send 76 answers")
    walker.button("Send these answers")
    walker.wait("Receipt", "h1")
    walker.navigate("Home")
    walker.link("Find the account")
    walker.link(f"Choose {NAME}")
    walker.main_button()
    walker.button(re.compile("Send for confirmation"))
    walker.wait("The platform delivers the question to the account")


def answer(walker: Walker) -> None:
    page = walker.page
    walker.be("visitor")
    page.set_viewport_size({"width": 360, "height": 780})
    page.goto(walker.address + "/demo/inbox/")
    assert look(page) == []
    walker.click(page.locator("main a[href*='/confirm/']"))
    page.locator("main input[value=other]").click()
    walker.clicks += 1
    since = page.locator("main input[name$=since]")
    since.fill((date.fromisoformat(since.input_value()) - timedelta(days=3)).isoformat())
    before = page.evaluate("Date.now()")
    walker.main_button()
    wait_for(lambda: names_of(walker) == ["taoyuan"], CONFIRMED_WITHIN)
    wait_for(lambda: walker.managed() == (20, 50), CONFIRMED_WITHIN)
    assert page.evaluate("Date.now()") - before < CONFIRMED_WITHIN * 1000
    page.set_viewport_size({"width": 1280, "height": 800})


def names_of(walker: Walker) -> list[str]:
    label = walker.read("/api/v1/labels/douyin/xiaolu")
    return [each["agency"]["slug"] for each in label["managed_by"]]


def the_label(walker: Walker) -> None:
    walker.page.goto(walker.address)
    walker.page.fill("main input[name=q]", NAME)
    walker.page.keyboard.press("Enter")
    walker.click(walker.page.locator("#results").get_by_role("link", name=NAME, exact=True))
    walker.wait("Taoyuan Interactive", ".m-plate")


def report(walker: Walker) -> str:
    page = walker.page
    walker.link("Report something wrong")
    walker.main_button()
    page.locator("main input[value=hidden-advertising]").click()
    walker.clicks += 1
    walker.main_button()
    page.fill("main textarea[name=addresses]", "https://example.org/v/1")
    walker.main_button()
    page.fill("main textarea[name=text]", "Half of the video recommends one pan, with a link.")
    walker.main_button()
    walker.main_button()
    page.locator("main input[name=bona_fide]").click()
    walker.clicks += 1
    walker.main_button()
    return str(page.locator("#reference-number").inner_text())


def decide(walker: Walker) -> None:
    walker.be("moderator")
    walker.button("Next case")
    walker.wait("Half of the video recommends one pan")
    walker.page.locator("main input[value=warning]").check()
    walker.clicks += 1
    walker.main_button()
    walker.click(walker.page.locator("main button[name=sure]"))
    walker.wait("The decision")


def outcome(walker: Walker, receipt: str) -> None:
    walker.page.goto(walker.address + "/report/track/")
    walker.page.fill("main input[name=receipt]", receipt)
    walker.main_button()
    walker.wait("Borne out: the party is warned")


def the_figure(walker: Walker) -> None:
    walker.be("regulator")
    walker.wait("at least 40.0 % and at most 46.0 %")


# --- Pictures -------------------------------------------------------------------------------------

PICTURES = ["label.en.png", "label.zh.png"]


def take(page: Any, address: str, folder: Path) -> None:
    """The label as everybody sees it, in both languages."""
    folder.mkdir(parents=True, exist_ok=True)
    page.set_viewport_size({"width": 1280, "height": 660})
    page.context.clear_cookies()
    for name, language in zip(PICTURES, ("en", "zh-hans"), strict=True):
        cookie = {"name": "django_language", "value": language, "url": address}
        page.context.add_cookies([cookie])
        page.goto(f"{address}/profiles/douyin/xiaolu/")
        page.screenshot(path=folder / name)
