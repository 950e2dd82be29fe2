"""The list of codes that somebody looks for in profile texts."""

import pytest
from django.test import Client

from accounts.permissions import Role
from influencers.actions import proofs
from influencers.models import ControlProof
from journal.values import NOBODY
from tests.factories.agencies import make_profile
from tests.people import make_person, signed_in

pytestmark = pytest.mark.django_db


def to_check(platform: str = "douyin") -> ControlProof:
    proof, _secret = proofs.ask_code(make_profile(platform, display_name="木心手作"), by=NOBODY)
    return proofs.say_ready(proof, by=NOBODY)


def test_two_operators_say_what_the_profile_shows(as_operator: Client) -> None:
    proof, second = to_check(), signed_in(make_person("second", Role.OPERATOR))
    page = as_operator.get("/proofs/").content.decode()
    assert f"{proof.code[:4]}-{proof.code[4:]}" in page  # type: ignore[index]
    address = f"/proofs/{proof.public_id}/"
    for _n in range(2):  # a second click does nothing more
        answer = as_operator.post(address, {"found": "1"})
        assert answer.headers["Location"] == "/proofs/"
        proof.refresh_from_db()
        assert proof.status == "found"
    own = as_operator.get("/proofs/").content.decode()
    assert "You found it. Another person looks too." in own
    assert address not in own
    assert f"{proof.found_name} found it. Please look as well." in " ".join(
        second.get("/proofs/").content.decode().split()
    )
    second.post(address, {"found": "1"})
    proof.refresh_from_db()
    assert proof.status == "proven"
    assert "No code to look for" in as_operator.get("/proofs/").content.decode()


def test_operator_says_that_it_is_not_there(as_operator: Client) -> None:
    proof = to_check()
    for _n in range(2):
        as_operator.post(f"/proofs/{proof.public_id}/", {"found": "0"})
    proof.refresh_from_db()
    assert proof.status == "missing"
    assert "No code to look for" in as_operator.get("/proofs/").content.decode()


def test_operator_of_another_platform_sees_none() -> None:
    proof = to_check("douyin")
    weibo = signed_in(make_person("wei", Role.OPERATOR, platform="weibo"))
    assert "木心手作" not in weibo.get("/proofs/").content.decode()
    assert weibo.post(f"/proofs/{proof.public_id}/", {"found": "1"}).status_code == 404


@pytest.mark.parametrize("n", [1, 3])
def test_list_asks_as_much_for_three_as_for_one(
    as_operator: Client, n: int, django_assert_num_queries
) -> None:
    for _n in range(n):
        to_check()
    with django_assert_num_queries(7):
        as_operator.get("/proofs/")
