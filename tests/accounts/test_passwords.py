"""What a password may be, how often one is tried, and what a stranger learns from the answers."""

import hashlib
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client

from accounts.doors.passwords import is_listed
from accounts.models import User
from journal.models import Outbox
from tests.people import make_person


def hashed(password: str) -> str:
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


@pytest.mark.parametrize("counts", [True, False])
@pytest.mark.parametrize("number", [0, 1, 2, 3, 1000])
def test_listed_passwords_are_found_and_no_other(tmp_path: Path, number: int, counts: bool) -> None:
    listed = [f"password number {each}" for each in range(number)]
    lines = sorted(hashed(each) for each in listed)
    place = tmp_path / "breached"
    place.write_text(
        "".join(f"{each}:{i * 37}\n" if counts else f"{each}\n" for i, each in enumerate(lines))
    )
    assert [each for each in listed if not is_listed(place, each)] == []
    assert [each for each in range(1000) if is_listed(place, f"another {each}")] == []
    place.write_text("\n".join(lines))  # without a last line's end
    assert [each for each in listed if not is_listed(place, each)] == []


def why_not(password: str) -> list[str]:
    user = User(email="lin.zhiyao@example.org", name="Lin Zhiyao")
    try:
        validate_password(password, user)
    except ValidationError as problem:
        return [each.code for each in problem.error_list]
    return []


def test_password_is_long_uncommon_and_not_stolen(settings: Any, tmp_path: Path) -> None:
    place = tmp_path / "breached"
    place.write_text(hashed("correct horse battery") + ":3\n")
    settings.BREACHED_PASSWORDS = str(place)
    assert why_not("elevensigns") == ["password_too_short"]
    assert why_not("password1234") == ["password_too_common"]
    assert why_not("lin.zhiyao@example") == ["password_too_similar"]
    assert why_not("correct horse battery") == ["password_breached"]
    # No rule of what it consists of, and no end of how long it may be that anybody meets.
    for good in ("a lowercase line", "只有汉字的一句很长的密码", "x7" * 64):
        assert why_not(good) == []


@pytest.mark.django_db
def test_long_password_is_taken_and_signs_in(as_newcomer: Client, newcomer: User) -> None:
    long = "长 long " * 18
    said = {"oldpassword": "correct horse", "password1": long, "password2": long}
    assert as_newcomer.post("/accounts/password/change/", said).status_code == 302
    newcomer.refresh_from_db()
    assert newcomer.check_password(long)


# --- how often -----------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_two_hundred_tries_at_once_ten_are_tried(monkeypatch: Any) -> None:
    user = make_person("target")
    tried: list[str] = []
    verify = MD5PasswordHasher.verify

    def counted(self: Any, password: str, encoded: str) -> bool:
        tried.append(password)
        return verify(self, password, encoded)

    monkeypatch.setattr(MD5PasswordHasher, "verify", counted)

    def attack(number: int) -> int:
        try:
            said = {"login": user.email, "password": f"guess number {number}"}
            return Client().post("/accounts/login/", said).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(attack, range(200)))
    assert (len(tried), set(answers)) == (10, {200})


@pytest.mark.django_db
def test_refused_try_says_when_to_come_back(client: Client) -> None:
    said = {"login": "nobody@example.org", "password": "wrong horse"}
    for _ in range(10):
        client.post("/accounts/login/", said)
    page = client.post("/accounts/login/", said).content.decode()
    assert "That was tried too often. Try again in 5 minutes." in page


# --- what a stranger learns ----------------------------------------------------------------------


@pytest.mark.django_db
def test_new_browser_is_told_of_by_mail_once(newcomer: User) -> None:
    said = {"login": newcomer.email, "password": "correct horse"}
    client = Client()
    for _ in range(2):
        client.post("/accounts/login/", said)
        client.post("/accounts/logout/")
    assert Outbox.objects.count() == 1
    Client().post("/accounts/login/", said)
    subjects = {row.payload["subject"] for row in Outbox.objects.all()}
    assert (Outbox.objects.count(), subjects) == (2, {"[Mingpai] A new browser signed in"})


@pytest.mark.django_db
def test_known_and_unknown_addresses_take_the_same_time(newcomer: User, settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    newcomer.set_password("correct horse")
    newcomer.save()

    def seconds(email: str, path: str, **said: str) -> float:
        client = Client(REMOTE_ADDR=f"192.0.2.{len(took) % 250}")
        began = time.perf_counter()
        client.post(path, {"login": email, "email": email, **said})
        took.append(time.perf_counter() - began)
        return took[-1]

    took: list[float] = []
    for path, said in (
        ("/accounts/login/", {"password": "wrong horse"}),
        ("/accounts/password/reset/", {}),
    ):
        known, unknown = [], []
        for _ in range(5):
            known.append(seconds(newcomer.email, path, **said))
            unknown.append(seconds("stranger@example.org", path, **said))
        # Without the work for nothing it is a tenth of it.
        assert 0.5 < median(known) / median(unknown) < 2
