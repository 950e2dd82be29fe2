"""Random histories: every order of incremental passes ends where a full one would, and what the
journal says of a label is what the tables say."""

from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agencies.actions import agencies, bindings, groups
from agencies.models import Agency, Binding, Dispute, Group
from disclosure.models import Declaration, Duty, Standing
from disclosure.queries import labels
from influencers.models import (
    Influencer,
    Profile,
    ProfileHandle,
    ProfileStatusChange,
    TierChange,
    TierScheme,
)
from journal import actions as journal
from journal.actions.context import PASS, seeing
from journal.models import Event, Leaf
from journal.models.fields import CurrentXid
from journal.values import CLOCK
from tests.disclosure.days import moment
from tests.disclosure.labels import (
    account,
    day,
    declare,
    label_pass,
    owe,
    rule,
    silent,
    standings,
    tell,
)
from tests.factories.agencies import CREATOR, confirmed, make_agency, make_claim, make_contract

# Committed one by one: within one transaction everything would be new to every incremental pass.
pytestmark = pytest.mark.django_db(transaction=True)

MOVES = st.sampled_from(
    [
        "declare",
        "withdraw",
        "owe",
        "notice",
        "meet",
        "close",
        "status",
        "rename",
        "principal",
        "tier",
        "minor",
        "bind",
        "bind",
        "suspend",
        "void",
        "end",
        "contest",
        "settle",
        "agency renamed",
        "agency grouped",
        "pass",
    ]
)


def play(profile: Profile, move: str, on: int, number: int) -> None:
    """One fact about a profile, written as the actions and passes of the house write it."""
    duty = Duty.objects.filter(profile=profile, status="open")
    if move == "declare":
        if not Declaration.objects.filter(profile=profile, during__endswith__isnull=True).exists():
            held = Declaration.objects.filter(profile=profile, during__endswith__gt=day(on))
            if not held.exists():
                declare(profile, on, on + number if number % 2 else None)
    elif move == "withdraw":
        for row in Declaration.objects.filter(profile=profile, during__contains=day(on)):
            row.during = (row.during.lower, day(on))
            row.status = "withdrawn"
            row.save(update_fields=["during", "status"])
    elif move == "owe" and not duty.exists():
        owe(
            profile,
            replace(
                silent(),
                from_day=on,
                due=on + number,
                opened=on + 0.2,
                noticed_on=None,
                noticed=None,
                shown_from=None,
            ),
        )
    elif move == "notice":
        for row in duty.filter(noticed_on__isnull=True):
            row.noticed_on = day(on)
            row.shown_from = max(row.due, day(on)) + timedelta(days=1 + number)
            row.save(update_fields=["noticed_on", "shown_from"])
            touch(row)
    elif move in ("meet", "close"):
        for row in duty:
            status = "met" if move == "meet" else "closed"
            to_day = max(row.from_day, day(on))
            Duty.objects.filter(pk=row.pk).update(
                status=status, to_day=to_day, closed_at=timezone.now()
            )
            touch(row)
    elif move == "status":
        words = ["active", "suspended", "revoked", "closed"]
        ProfileStatusChange.objects.create(
            profile=profile, effective_on=day(on + number % 3), status=words[number % 4]
        )
    elif move == "rename":
        rename(profile, f"{profile.external_id}-{on}-{number}", on)
    elif move == "principal":
        Profile.objects.filter(pk=profile.pk).update(principal_changed_on=day(on + number - 2))
        tell("profile.principal_changed", profile)
    elif move == "tier":
        before = Profile.objects.get(pk=profile.pk).tier
        TierChange.objects.create(
            profile=profile,
            scheme=TierScheme.objects.get(platform=profile.platform, current=True),
            effective_on=day(on),
            from_tier=before,
            tier=number % 4,
        )
        Profile.objects.filter(pk=profile.pk).update(tier=number % 4)
    elif move == "minor":
        owner = profile.influencer
        assert owner is not None
        Influencer.objects.filter(pk=owner.pk).update(minor=number % 2 == 0)
        tell("influencer.changed", owner)
    else:
        with seeing(PASS):
            play_agencies(profile, move, on, number)


def play_agencies(profile: Profile, move: str, on: int, number: int) -> None:
    """One fact about the agencies that hold a profile."""
    agency = Agency.objects.order_by("-pk")[number % 2]
    bound = Binding.objects.filter(profile=profile, status="confirmed", during__contains=day(on))
    if move == "bind":
        contract = make_contract(agency, day(on), day(on + number) if number % 3 == 1 else None)
        confirmed(make_claim(contract, profile, exclusive=False))
    elif move == "suspend":
        for row in bound:
            bindings.suspend(row, by=CREATOR, reason="asked")
    elif move == "void":
        for row in Binding.objects.filter(profile=profile, status__in=["confirmed", "suspended"]):
            bindings.void(row, by=CREATOR, reason="never signed")
    elif move == "end":
        for row in bound.filter(during__endswith__isnull=True):
            bindings.end(row, last_day=day(on + number), by=CLOCK)
    elif move == "contest":
        for row in bound.exclude(disputes__status="open"):
            late = moment(on + 10)
            Dispute.objects.create(
                binding=row, profile=profile, proven=number > 1, from_day=day(on), due_at=late
            )
    elif move == "settle":
        Dispute.objects.filter(profile=profile, status="open").update(
            status="rejected", to_day=day(on + 1), closed_at=timezone.now(), xid=CurrentXid()
        )
    elif move == "agency renamed":
        agencies.rename(agency, f"名{number}", f"Name {number}", since=day(on + number), by=CLOCK)
    elif move == "agency grouped":
        group, _ = Group.objects.get_or_create(slug=f"group-{number % 2}")
        groups.set_group(agency, group, by=CLOCK)


def touch(duty: Duty) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE disclosure_duty SET xid = pg_current_xact_id() WHERE id = %s", [duty.pk]
        )


def rename(profile: Profile, handle: str, on: int) -> None:
    held = ProfileHandle.objects.filter(profile=profile, during__endswith__isnull=True).first()
    if held is not None and held.during.lower >= day(on):
        return
    if held is not None:
        held.during = (held.during.lower, day(on))
        held.save(update_fields=["during"])
    ProfileHandle.objects.create(
        platform=profile.platform, profile=profile, handle=handle, during=(day(on), None)
    )
    tell("profile.renamed", profile)


# Examples share a database and follow each other: a calendar never runs backwards.
EXAMPLES = count(-4000, 50)


@given(
    days=st.lists(
        st.lists(st.tuples(MOVES, st.integers(0, 3), st.integers(0, 6)), max_size=5),
        min_size=1,
        max_size=12,
    )
)
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_incremental_passes_equal_a_full_one_and_the_journal_replays_them(
    days: list[list[tuple[str, int, int]]],
) -> None:
    """After each day's last pass, what label.changed said last is what the tables say."""
    begin = next(EXAMPLES)
    rule()
    for name in ("one", "two"):
        make_agency(f"{name} {begin}", since=day(begin - 30))
    profiles = [
        account(f"{begin}/{n}", tier=n, influencer=Influencer.objects.create()) for n in range(4)
    ]
    for on, moves in enumerate(days, start=begin):
        for move, who, number in moves:
            if move == "pass":
                label_pass(on)
            else:
                play(profiles[who], move, on, number)
                journal.sequence()
        label_pass(on)
        for profile in profiles:
            assert_replayed(profile, on)
    last = begin + len(days) - 1
    kept = standings()
    shown = list(Profile.objects.order_by("pk").values_list("pk", "public_anyway"))
    label_pass(last, full=True)
    assert standings() == kept
    assert list(Profile.objects.order_by("pk").values_list("pk", "public_anyway")) == shown
    Standing.objects.all().delete()
    label_pass(last, full=True)
    assert standings() == kept


def assert_replayed(profile: Profile, on: int) -> None:
    """The last event of the account, in the journal's order, is its label on that day."""
    derived = on_the_day(profile, on)
    journal.sequence()
    placed = {leaf.event_id: leaf.seq for leaf in Leaf.objects.filter(profile_id=profile.pk)}
    news = Event.objects.filter(verb="label.changed", profile_id=profile.pk)
    last = max(news, key=lambda event: placed[event.pk], default=None)
    if last is None:
        assert derived["state"] == "none"
        return
    said = last.changes
    assert said["state"] == derived["state"]
    if derived["state"] != "none":
        for name in ("handle", "managed_by", "reconfirmed", "duty", "text"):
            assert said[name] == derived[name], name


def on_the_day(profile: Profile, on: int) -> dict[str, Any]:
    return labels.label_of(profile, on=day(on)).data
