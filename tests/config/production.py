"""What every page says to browsers with production settings.

Not collected by itself: tests/config/test_settings.py runs it in a process of its own, because
settings are read once.
"""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.permissions import Role
from tests.addresses import TABLE
from tests.people import make_member, make_person, signed_in

pytestmark = pytest.mark.django_db

HEADERS = {
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains; preload",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
}
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
REFERRERS = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}


def wrong(answer: Any) -> dict[str, Any]:
    """What an answer's headers lack."""
    found = {n: answer.get(n) for n, value in HEADERS.items() if answer.get(n) != value}
    said = [part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";")]
    if (policy := dict(said)) != POLICY:
        found["Content-Security-Policy"] = policy
    if answer.get("Referrer-Policy") not in REFERRERS:
        found["Referrer-Policy"] = answer.get("Referrer-Policy")
    if "camera=()" not in answer.get("Permissions-Policy", ""):
        found["Permissions-Policy"] = answer.get("Permissions-Policy")
    for cookie in (each for each in answer.cookies.values() if each["max-age"] != 0):
        if not (
            cookie["secure"] and cookie["httponly"] and cookie["samesite"] in ("Lax", "Strict")
        ):
            found[cookie.key] = cookie.OutputString()
        whole = cookie.key.startswith("__Host-") and (cookie["path"], cookie["domain"]) == ("/", "")
        if not whole and not cookie.key.startswith("__Secure-"):
            found[cookie.key] = cookie.OutputString()
    return found


def by_https(client: Client) -> Client:
    client.defaults |= {"HTTP_X_FORWARDED_PROTO": "https", "HTTP_HOST": "mingpai.example"}
    return client


def visitors() -> dict[str, Client]:
    """Nobody in particular, and those who together open every page."""
    people = {
        each: make_person(f"who-{each}", each) for each in (Role.OPERATOR, Role.LEAD_MODERATOR)
    }
    people |= {"mcn_owner": make_member("mcn_owner")}
    clients = {who: signed_in(user) for who, user in people.items()}
    return {who: by_https(c) for who, c in {"anonymous": Client(), **clients}.items()}


@pytest.mark.parametrize("name", [name for name in TABLE if "_api:" not in name])
def test_every_page_says_what_it_must(name: str) -> None:
    row = TABLE[name]
    path = row.path or reverse(name, kwargs=row.make())
    failures = {}
    for who, client in visitors().items():
        for method in {"get", row.method}:
            answer = getattr(client, method)(path, row.data)
            html = answer.get("Content-Type", "").startswith("text/html")
            if html and (found := wrong(answer)):
                failures[who, method, answer.status_code] = found
    assert failures == {}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", "/nowhere/", 404),
        ("put", "/accounts/theme/", 405),
        ("delete", "/accounts/sessions/", 405),
        ("post", "/accounts/theme/", 403),
        ("get", "/?q=%00", 200),
        ("get", "/imports/?after=nonsense", 400),
    ],
)
def test_error_pages_say_it_too(method: str, path: str, status: int) -> None:
    user = make_person("op", Role.OPERATOR) if "imports" in path else None
    client = by_https(signed_in(user) if user else Client(enforce_csrf_checks=status == 403))
    answer = getattr(client, method)(path)
    assert (answer.status_code, wrong(answer)) == (status, {})


def test_request_for_another_host_is_refused_by_a_page_that_says_it_too() -> None:
    client = by_https(Client())
    answer = client.get("/", HTTP_HOST="evil.example")
    assert answer.status_code == 400
    kept = ("Content-Security-Policy", "X-Frame-Options", "Cross-Origin-Resource-Policy")
    assert [name for name in kept if name not in answer.headers] == []
    assert "evil" not in answer.content.decode()


def test_pages_are_moved_to_https_and_the_api_is_not() -> None:
    client = Client(HTTP_HOST="mingpai.example")
    answer = client.get("/about/")
    assert (answer.status_code, answer["Location"]) == (301, "https://mingpai.example/about/")
    assert client.get("/api/v1/rules").status_code == 403
    assert by_https(Client()).get("/api/v1/rules").status_code == 200


def test_too_much_at_once_is_a_page_that_helps() -> None:
    client = by_https(Client())
    answer = client.post("/accounts/login/", {"login": "x" * 3_000_000})
    assert (answer.status_code, wrong(answer)) == (413, {})
    assert "larger than this page takes" in answer.content.decode()


def test_every_cookie_has_the_prefix() -> None:
    names = (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME)
    assert names == ("__Host-session", "__Host-csrf", "__Host-language")
