"""Agencies with contracts for tests, made by the actions that people use."""

from datetime import date
from itertools import count
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange
from stdnum.cn import uscc

from agencies.actions import agencies, bindings, contracts
from agencies.models import Agency, Binding, Contract
from influencers.models import Platform, Profile
from journal.actions.context import PASS, seeing
from journal.values import CLOCK, Actor, ActorKind

_numbers = count(1)
CREATOR = Actor(ActorKind.LINK, id="proof", name="creator")


def credit_code() -> str:
    """A code with right check characters that no firm has: its registry digits are made up."""
    body = f"91440300{next(_numbers):09d}"
    return body + uscc.calc_check_digit(body + "0")


def make_agency(name: str = "Wuyou", **options: Any) -> Agency:
    with seeing(PASS):
        return agencies.register(
            credit_code(), f"{name}文化", f"{name} Culture", by=CLOCK, **options
        )


def make_contract(agency: Agency, since: date, until: date | None = None) -> Contract:
    with seeing(PASS):
        return contracts.add(
            agency,
            reference=f"C-{next(_numbers)}",
            party="somebody",
            kind="full",
            services=["brokerage"],
            during=DateRange(since, until),
            by=CLOCK,
        )


def make_profile(platform: str = "douyin", **options: Any) -> Profile:
    options.setdefault("external_id", f"id-{next(_numbers)}")
    return Profile.objects.create(platform=Platform.objects.get(code=platform), **options)


def make_claim(contract: Contract, profile: Profile, **options: Any) -> Binding:
    options.setdefault("during", contract.during)
    with seeing(PASS):
        return bindings.claim(contract, profile, by=CLOCK, **options)


def confirmed(binding: Binding) -> Binding:
    with seeing(PASS):
        return bindings.confirm(binding, by=CREATOR, basis="creator", proof="test")
