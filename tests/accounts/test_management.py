"""The commands of an operator at the machine."""

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import ApiKey, User
from accounts.permissions import Role
from journal.models import Event
from tests.people import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def typed(monkeypatch: Any) -> Any:
    def type_in(text: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(text))

    return type_in


def test_first_operator_can_sign_in(typed: Any, capsys: Any, client: Any) -> None:
    typed("correct battery staple\n")
    call_command("create_operator", "Op@Example.com", "--password-stdin", "--json")
    assert json.loads(capsys.readouterr().out) == {
        "email": "op@example.com",
        "created": True,
        "granted": True,
    }
    said = {"login": "op@example.com", "password": "correct battery staple"}
    assert client.post("/accounts/login/", said).status_code == 302
    # A password alone opens nothing: the second factor comes first.
    assert client.get("/accounts/")["Location"] == "/accounts/second-factor/"
    answer = client.get("/accounts/keys/")
    assert answer["Location"] == "/accounts/second-factor/?next=%2Faccounts%2Fkeys%2F"
    assert client.get("/accounts/second-factor/").status_code == 200
    actors = set(Event.objects.values_list("actor_id", flat=True))
    assert actors == {"command:create_operator"}


def test_operator_that_exists_is_left_alone(capsys: Any) -> None:
    make_person("op", Role.OPERATOR)
    call_command("create_operator", "op@example.org", "--json")
    said = json.loads(capsys.readouterr().out)
    assert (said["created"], said["granted"]) == (False, False)


def test_known_user_becomes_an_operator_but_not_beside_another_role(
    newcomer: User, moderator: User
) -> None:
    call_command("create_operator", newcomer.email)
    assert newcomer.grants.get().role == "operator"
    with pytest.raises(CommandError, match="two roles") as refusal:
        call_command("create_operator", moderator.email)
    assert refusal.value.returncode == 2


@pytest.mark.parametrize(
    ("email", "password", "reason"),
    [
        ("nonsense", "correct battery staple\n", "valid email"),
        ("op@example.com", "short\n", "too short"),
        ("op@example.com", "\n", "too short"),
    ],
)
def test_unusable_address_or_password_makes_nobody(
    typed: Any, email: str, password: str, reason: str
) -> None:
    typed(password)
    with pytest.raises(CommandError, match=reason) as refusal:
        call_command("create_operator", email, "--password-stdin")
    assert (refusal.value.returncode, User.objects.count()) == (2, 0)


def test_password_is_not_asked_where_nobody_can_type(typed: Any) -> None:
    typed("")
    with pytest.raises(CommandError, match="--password-stdin"):
        call_command("create_operator", "op@example.com")


def test_issued_key_is_printed_once(capsys: Any) -> None:
    call_command(
        "issue_key", "push", "--platform", "douyin", "--right", "observations", "--right",
        "messages", "--last-day", "2031-01-31", "--json",
    )  # fmt: skip
    said = json.loads(capsys.readouterr().out)
    key = ApiKey.objects.get()
    assert said == {
        "name": "push",
        "platform": "douyin",
        "rights": ["messages", "observations"],
        "key": said["key"],
        "prefix": key.prefix,
    }
    assert key.is_valid(said["key"])
    assert key.expiry_date.isoformat() == "2031-01-31T16:00:00+00:00"


@pytest.mark.parametrize(
    ("name", "platform", "reason"),
    [("push", "Wei bo", "Small letters"), ("", "weibo", "1 to 50"), ("x" * 51, "weibo", "1 to 50")],
)
def test_unusable_key_is_refused(name: str, platform: str, reason: str) -> None:
    with pytest.raises(CommandError, match=reason) as refusal:
        call_command("issue_key", name, "--platform", platform, "--right", "journal")
    assert (refusal.value.returncode, ApiKey.objects.count()) == (2, 0)


@pytest.mark.parametrize("day", ["9999-12-31", "2020-01-31"])
def test_key_without_a_day_to_work_on_is_refused(day: str) -> None:
    words = ["issue_key", "push", "--platform", "douyin", "--right", "journal", "--last-day", day]
    with pytest.raises(CommandError, match="today or later") as refusal:
        call_command(*words)
    assert (refusal.value.returncode, ApiKey.objects.count()) == (2, 0)
