"""A browser for the tests that walk a journey: the system's Chromium, or a skip with the reason."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from accounts.models import User

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# No sandbox: in containers there is none. The others keep the browser from reaching outside.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


def chromium() -> str | None:
    """The path of a Chromium on this machine, if there is one."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole run."""
    path = chromium()
    if path is None:
        pytest.skip("Chromium is not installed (`make setup-browser` does, with root and apt)")
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread, which Django takes for an asynchronous caller.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield opened
        opened.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty tab with no cookies, 1280 × 800, in English; its test fails on a page's error.

    Errors are scripts that throw, resources that the content policy refuses, whatever else a page
    complains of in the console, and a request to another host. That a page of an error has the
    status of one is none.
    """
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    context.set_default_timeout(10_000)
    opened = context.new_page()
    errors = watch(opened)
    yield opened
    context.close()
    assert errors == [], errors


# Answers of 400 and above to a page's own address are what some tests ask for; a search that is
# typed on gives up the request before it, which htmx tells the console twice.
EXPECTED = ("the server responded with", "htmx:sendAbort", "htmx:afterRequest, ")


def watch(page: Page) -> list[str]:
    """A list that fills with what goes wrong in `page`."""
    errors: list[str] = []

    def hear(message: Any) -> None:
        if message.type in ("error", "warning") and not any(e in message.text for e in EXPECTED):
            errors.append(f"{page.url}: {message.text}")

    def see(request: Any) -> None:
        if urlsplit(request.url).hostname not in ("127.0.0.1", "localhost", None):
            errors.append(f"{page.url} asks {request.url}")

    page.on("pageerror", lambda error: errors.append(f"{page.url}: {error}"))
    page.on("console", hear)
    page.on("request", see)
    return errors


# --- What several tests do with a page ------------------------------------------------------------

# Each page in both languages, both colours and both widths, without every combination of them.
LOOKS = pytest.mark.parametrize(
    ("language", "scheme", "width"), [("en", "dark", 360), ("zh-hans", "light", 1280)]
)


def dress(page: Page, url: str, language: str, scheme: Any, width: int) -> None:
    """Sets how every page that is opened next is looked at; `scheme` is light or dark."""
    # Without motion: colours half way through a change have no contrast yet.
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 800})
    page.context.add_cookies(
        [{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": url}]
    )


def sign_in(page: Page, url: str, user: User) -> None:
    """Gives the tab a session of `user`, without the form."""
    from tests.people import signed_in

    client = signed_in(user)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": url}])


def look(page: Page) -> list[tuple[str, Any]]:
    """What is wrong with the page that is open, by axe, by its width and by its head."""
    from axe_playwright_python.sync_playwright import Axe

    found: list[tuple[str, Any]] = [
        (violation["id"], [node["target"] for node in violation["nodes"]])
        for violation in Axe().run(page).response["violations"]
    ]
    width, screen, language, title, headings = page.evaluate(
        "[document.documentElement.scrollWidth, innerWidth, document.documentElement.lang,"
        " document.title, [...document.querySelectorAll('h1')].map(each => each.innerText.trim())]"
    )
    if width > screen:
        found.append(("wider than the screen", width))
    if language not in ("en", "zh-Hans"):
        found.append(("language", language))
    if not title.split(" · ")[0].strip():
        found.append(("title", title))
    if len(headings) != 1 or not headings[0]:
        found.append(("headings", headings))
    return found
