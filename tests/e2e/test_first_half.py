"""From files of followers to duties and public pages, as an operator and a visitor walk it."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse

from accounts.models import User
from journal import actions as journal
from tests.browser import sign_in

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

SHIPPED = settings.BASE_DIR.parent / "shared" / "data" / "followers"
FLOORS = [100_000, 500_000, 1_000_000, 5_000_000, 10_000_000]
HEADER = "platform,handle,display_name,followers,category,country,observed_on"
OWN = {
    "weibo-2026-01-31.csv": """
        weibo,lujiu,陆九同学,12.4M,music,,2026-01-31
        weibo,shenzhen.food,深圳美食地图,1040万,food,,2026-01-31
        weibo,slow,慢慢走,"1,020,000",,,2026-01-31
        weibo,tiny,Tiny Voice,12K,,,2026-01-31
        weibo,twice,Twice,2M,,,2026-01-31
        weibo,twice,Twice,3M,,,2026-01-31""",
    "tiktok-2026-03-31.csv": """
        tiktok,haneul,하늘이네 부엌,4.9M,food,,2026-03-31
        tiktok,marta.reads,Marta Reads,10M,,,2026-03-31
        tiktok,marta.reads,Marta Reads,10M,,,2026-03-31""",
    "weibo-2026-06-30.csv": """
        weibo,lujiu,陆九同学,9.4M,music,,2026-06-30
        weibo,shenzhen.food,深圳美食地图,9.6M,food,,2026-06-30
        weibo,slow,慢慢走,0.9M,,,2026-06-30""",
    "tiktok-2026-09-30.csv": """
        tiktok,haneul,하늘이네 부엌,5.1M,food,,2026-09-30
        tiktok,marta.reads,Marta Reads,9.9M,,,2026-09-30""",
}

Account = tuple[str, str]  # platform and handle


@pytest.fixture(params=["shipped", "own"])
def files(request: Any, tmp_path: Path) -> list[Path]:
    """Files of followers in the order of their days: the real ones, or small ones of ours."""
    if request.param == "shipped":
        found = sorted(SHIPPED.glob("*.csv"), key=lambda path: path.stem.split("-", 1)[1])
        if len(found) != 9:
            pytest.skip(f"the nine files of followers are not in {SHIPPED}")
        return found
    for name, rows in OWN.items():
        lines = [HEADER, *(line.strip() for line in rows.split("\n") if line)]
        (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return [tmp_path / name for name in OWN]


# --- What should come out, in a few plain lines ---------------------------------------------------


def usable(path: Path) -> Iterator[dict[str, str]]:
    """The rows that are applied: one per account, none where two of them disagree. An empty cell
    disagrees with nothing."""
    rows = defaultdict(list)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            del row["country"]  # the audience's
            rows[row["handle"].casefold()].append(row)
    for same in rows.values():
        said = {name: {row[name] for row in same if row[name]} or {""} for name in same[0]}
        if all(len(words) == 1 for words in said.values()):
            yield {name: words.pop() for name, words in said.items()}


def rows_of(path: Path) -> int:
    with path.open(encoding="utf-8", newline="") as file:
        return sum(1 for _row in csv.DictReader(file))


def count(text: str) -> int:
    units = {"K": 1000, "M": 1_000_000, "万": 10_000}
    number, unit = re.fullmatch(r"([\d.,]+)([KM万]?)", text).groups()  # type: ignore[union-attr]
    return round(float(number.replace(",", "")) * units.get(unit, 1))


def tiers(files: list[Path]) -> dict[Account, int]:
    """The scheme's rule: a floor is won at once, and lost 30 days under 95 % of it.

    The files are months apart, so whoever is under it in one has lost it when the next one comes.
    """
    held: dict[Account, list[int]] = {}
    for path in files:
        for row in usable(path):
            account, followers = (row["platform"], row["handle"]), count(row["followers"])
            before = held.get(account, [])
            held[account] = [
                floor
                for floor in FLOORS
                if followers >= floor or (floor in before and followers * 100 >= floor * 95)
            ]
    return {account: len(floors) for account, floors in held.items()}


def newest(files: list[Path]) -> dict[Account, dict[str, str]]:
    return {(row["platform"], row["handle"]): row for path in files for row in usable(path)}


# --- The walk -------------------------------------------------------------------------------------


def upload(page: Any, path: Path) -> dict[str, str]:
    """Sends a file through the page and has it worked on; returns what its page then counts."""
    page.goto("/".join(page.url.split("/")[:3]) + "/imports/")
    page.get_by_role("link", name="Upload a file").first.click()
    page.set_input_files("main input[type=file]", path)
    page.get_by_role("button", name="Send").click()
    page.wait_for_url(re.compile(r"/imports/[0-9a-f-]{36}/$"))
    journal.follow_all()
    page.reload()
    shown = page.locator("#import")
    assert shown.locator(".m-tag").first.inner_text() == "applied"
    labels = shown.locator(".m-stat-label").all_inner_texts()
    return dict(zip(labels, shown.locator(".m-stat-value").all_inner_texts(), strict=True))


def shown_coverage(page: Any, url: str) -> list[tuple[str, str]]:
    """Platform and number of accounts of each row of the coverage page."""
    page.goto(url + "/dashboards/coverage/")
    rows = page.locator("table:has(#coverage-table-caption) tbody tr")
    return [
        (row.locator("th").inner_text(), row.locator("td").nth(1).inner_text())
        for row in rows.all()
    ]


def counted(files: list[Path]) -> list[dict[str, Any]]:
    """What the API should say of the coverage of these files."""
    totals = Counter((platform, tier) for (platform, _handle), tier in tiers(files).items())
    return [
        {
            "platform": platform,
            "tier": tier,
            "profiles": number,
            # The rules that are live at the beginning: ten million anywhere, a million in China.
            "duties_open": number * ((tier == 5) + (tier >= 3 and platform == "weibo")),
            "duties_met": 0,
        }
        for (platform, tier), number in totals.items()
    ]


def said_by_api(page: Any, url: str) -> list[dict[str, Any]]:
    names = ("platform", "tier", "profiles", "duties_open", "duties_met")
    rows = page.request.get(url + "/api/v1/coverage").json()["results"]
    return [{name: row[name] for name in names} for row in rows]


def in_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: (row["platform"], row["tier"]))


def find(page: Any, url: str, words: str, account: Account, row: dict[str, str]) -> None:
    """Searches as a visitor and opens the account that was looked for."""
    page.goto(url)
    page.fill("#id_q", words)
    page.select_option("select[name=platform]", account[0])
    page.locator("main").get_by_role("button", name="Search").click()
    page.wait_for_url(re.compile("platform="))
    page.locator(f'.m-hit-name[href="{reverse("disclosure:profile", args=account)}"]').click()
    page.wait_for_url("**/profiles/**")
    assert page.locator("h1").inner_text() == row["display_name"]
    facts = page.locator(".m-facts").inner_text()
    assert f"on {row['observed_on']}" in facts


def test_first_half_of_the_main_job(
    page: Any, live_server: Any, operator: User, files: list[Path]
) -> None:
    url = live_server.url
    page.goto(url)
    assert "No accounts yet" in page.locator("main").inner_text()
    sign_in(page, url, operator)
    page.goto(url + "/dashboards/")
    assert "The register is empty" in page.locator("main").inner_text()

    counts = [upload(page, path) for path in files]
    assert [count(each["Rows read"]) for each in counts] == [rows_of(path) for path in files]
    assert sum(count(each["New accounts"]) for each in counts) == len(tiers(files))

    page.goto(url + "/runs/")
    kinds = page.locator("table:has(#runs-caption) tbody td:nth-child(2)").all_inner_texts()
    assert {kind.split()[0] for kind in kinds} == {"import", "tiers", "duties", "labels", "tallies"}
    assert set(page.locator("table:has(#runs-caption) tbody .m-tag").all_inner_texts()) == {"Done"}

    expected = in_order(counted(files))
    assert in_order(said_by_api(page, url)) == expected
    assert sorted(int(n.replace(",", "")) for _platform, n in shown_coverage(page, url)) == sorted(
        row["profiles"] for row in expected
    )

    again = [upload(page, path) for path in reversed(files)]
    assert {(each["New accounts"], each["Updated"]) for each in again} == {("0", "0")}
    assert page.get_by_text("Nothing had to change: the register knew all of it.").is_visible()
    assert page.get_by_text("was applied before").is_visible()
    assert in_order(said_by_api(page, url)) == expected

    page.context.clear_cookies()
    known, standing = newest(files), tiers(files)
    public = [account for account in known if standing[account] > 0]
    latin = next(a for a in public if re.fullmatch(r"[A-Za-z ]{6,}", known[a]["display_name"]))
    find(page, url, known[latin]["display_name"], latin, known[latin])
    for script in (r"[\u4e00-\u9fff]{2,}", r"[\uac00-\ud7af]{2,}"):  # Chinese, Korean
        words = ((a, re.search(script, known[a]["display_name"])) for a in public)
        account, word = next((a, found.group()) for a, found in words if found)
        find(page, url, word, account, known[account])
