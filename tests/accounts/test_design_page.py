"""The style page: every component, accessible in both languages, light and dark, on any width."""

from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse

from accounts.models import Grant, User
from accounts.permissions import Role
from tests.people import signed_in


@pytest.fixture
def operator(transactional_db: None) -> User:
    user = User.objects.create_user("lin@example.org", name="林 Lin")
    Grant.objects.create(user=user, role=Role.OPERATOR, since=date(2026, 1, 1))
    return user


@pytest.mark.e2e
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_style_page_is_accessible_in_light_and_dark_and_on_phones(
    page: Any,
    live_server: Any,
    operator: User,
    language: str,
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    client = signed_in(operator)
    cookies = {
        settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value,
        settings.LANGUAGE_COOKIE_NAME: language,
    }
    page.context.add_cookies(
        [{"name": n, "value": v, "url": live_server.url} for n, v in cookies.items()]
    )
    for scheme in ("light", "dark"):
        for width in (360, 1280):
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(live_server.url + reverse("accounts:design"))
            page.wait_for_selector("[data-echart] svg")
            assert page.evaluate("document.documentElement.scrollWidth") == width
            found = Axe().run(page).response["violations"]
            assert [(v["id"], [n["target"] for n in v["nodes"]]) for v in found] == []
