"""The label: each state, each clock, and random lives against the slow definition."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from disclosure.models import Declaration, DeclarationPast
from disclosure.queries import labels
from disclosure.values import State
from influencers.models import Platform, Profile
from journal import actions as journal
from journal.values import CLOCK, Audience
from tests.disclosure.labels import (
    Declared,
    Owed,
    Status,
    World,
    account,
    day,
    moment,
    owe,
    rule,
    silent,
)

pytestmark = pytest.mark.django_db

OPEN_END = Declared(((2.0, 2, None),))


def state_on(profile: Profile, on: int, known: float | None = None) -> str:
    found = labels.label_of(profile, on=day(on), known_at=None if known is None else moment(known))
    return found.state.value


def test_label_of_an_account_without_facts_is_none() -> None:
    found = labels.label_of(account())
    assert (found.state, found.managed_by, found.duty, found.rollout) == (
        State.NONE,
        (),
        None,
        None,
    )
    assert (found.reconfirmed, found.valid_from, found.valid_until) == (None, None, None)
    assert found.text == {"zh-Hans": "暂无所属MCN机构记录", "en": "No agency on record"}
    assert found.on == Platform.objects.get(code="douyin").today(timezone.now())
    assert found.known_at is None


def test_declaration_makes_independent_on_its_days() -> None:
    profile = account()
    World(declared=[Declared(((1.0, 2, 5),))]).write(profile)
    assert [state_on(profile, n) for n in (1, 2, 4, 5)] == [
        "none",
        "independent",
        "independent",
        "none",
    ]
    found = labels.label_of(profile, on=day(3))
    assert (found.valid_from, found.valid_until) == (day(2), day(5))


def test_declaration_is_not_known_before_it_was_made() -> None:
    profile = account()
    World(declared=[OPEN_END]).write(profile)
    assert state_on(profile, 3, known=1.9) == "none"
    assert state_on(profile, 3, known=2.0) == "independent"


def test_withdrawn_declaration_stands_for_the_days_before() -> None:
    profile = account()
    World(declared=[OPEN_END]).write(profile)
    before = timezone.now()
    Declaration.objects.update(status="withdrawn", during=(day(2), day(6)))
    assert [state_on(profile, n) for n in (5, 6)] == ["independent", "none"]
    assert labels.label_of(profile, on=day(6), known_at=before).state == State.INDEPENDENT


def test_silence_is_shown_from_its_day_on() -> None:
    profile = account()
    owe(profile, silent())
    assert [state_on(profile, n) for n in (0, 10, 11, 40)] == [
        "none",
        "none",
        "undisclosed",
        "undisclosed",
    ]
    found = labels.label_of(profile, on=day(11))
    assert found.data["duty"] == {
        "rule": "test-seen",
        "rule_status": "in_force",
        "since": day(0).isoformat(),
        "due": day(10).isoformat(),
    }
    assert (found.valid_from, found.valid_until) == (day(11), None)


def test_silence_that_is_not_public_yet_shows_nowhere() -> None:
    """Not by asking for a later day, not by `valid_until`, not by a duty."""
    profile = account()
    owe(profile, silent())
    for on in (5, 10, 11, 40):
        found = labels.label_of(profile, on=day(on), known_at=moment(10.9))
        assert (found.state, found.duty) == (State.NONE, None)
        assert (found.valid_from, found.valid_until) == (None, None)


def test_silence_needs_a_notice_that_was_known() -> None:
    """The platform told on day 20 of a delivery on day 1."""
    profile = account()
    owe(profile, silent(noticed=20.5))
    assert state_on(profile, 15, known=20.4) == "none"
    assert state_on(profile, 15, known=20.5) == "undisclosed"


def test_silence_without_a_notice_is_never_shown() -> None:
    profile = account()
    owe(profile, silent(noticed_on=None, noticed=None, shown_from=None))
    assert state_on(profile, 100) == "none"


@pytest.mark.parametrize("basis", ["draft", "practice"])
def test_silence_under_a_rule_that_is_no_law_is_never_shown(basis: str) -> None:
    rule("seen", basis=basis)
    profile = account()
    owe(profile, silent())
    assert state_on(profile, 40) == "none"
    assert labels.label_of(profile, on=day(40)).duty is None


def test_case_15_silence_of_a_minor_is_never_shown() -> None:
    profile = account()
    World(duties=[silent()], minor=True).write(profile)
    assert state_on(profile, 40) == "none"
    assert labels.label_of(profile, on=day(40)).duty is None


def test_duty_taken_away_by_a_corrected_count_never_was_but_was_known() -> None:
    profile = account()
    owe(profile, silent(status="closed", to_day=0, closed=20.0))
    assert state_on(profile, 15) == "none"
    assert state_on(profile, 15, known=19.0) == "undisclosed"


def test_answer_comes_before_silence_and_names_the_duty_it_met() -> None:
    profile = account()
    World(
        declared=[Declared(((15.5, 15, None),))],
        duties=[silent(status="met", to_day=15, closed=15.6)],
    ).write(profile)
    found = labels.label_of(profile, on=day(16))
    assert (found.state, found.reconfirmed) == (State.INDEPENDENT, True)
    assert found.duty is not None
    assert (found.duty.rule, found.duty.since, found.duty.due) == ("test-seen", day(0), day(10))
    assert labels.label_of(profile, on=day(12)).state == State.UNDISCLOSED
    assert labels.label_of(profile, on=day(12)).valid_until == day(15)


def test_duty_met_by_an_earlier_answer_is_no_part_of_a_later_one() -> None:
    profile = account()
    World(
        declared=[Declared(((5.0, 5, 8),)), Declared(((20.0, 20, None),))],
        duties=[silent(status="met", to_day=5, closed=5.1)],
    ).write(profile)
    assert labels.label_of(profile, on=day(6)).duty is not None
    assert labels.label_of(profile, on=day(21)).duty is None


@pytest.mark.parametrize("word", ["revoked", "closed"])
def test_account_that_is_gone_has_no_label(word: str) -> None:
    profile = account()
    World(declared=[OPEN_END], duties=[silent()], statuses=[Status(word, 9, 9.5)]).write(profile)
    assert [state_on(profile, n) for n in (8, 9)] == ["independent", "none"]
    assert state_on(profile, 9, known=9.4) == "independent"


@pytest.mark.parametrize("word", ["revoked", "closed"])
def test_silence_of_an_account_that_is_gone_is_not_shown(word: str) -> None:
    profile = account()
    World(duties=[silent()], statuses=[Status(word, 20, 20.5)]).write(profile)
    assert [state_on(profile, n) for n in (19, 20)] == ["undisclosed", "none"]
    assert labels.label_of(profile, on=day(12)).valid_until == day(20)


def test_duty_that_a_standing_answer_met_later_is_no_part_of_the_label_before() -> None:
    profile = account()
    World(
        declared=[OPEN_END],
        duties=[Owed(10, 40, 10.1, status="met", to_day=10, closed=10.1)],
    ).write(profile)
    assert labels.label_of(profile, on=day(9)).duty is None
    assert labels.label_of(profile, on=day(10)).duty is not None


def test_suspended_account_keeps_its_label() -> None:
    profile = account()
    World(declared=[OPEN_END], statuses=[Status("suspended", 3, 3.0)]).write(profile)
    assert state_on(profile, 4) == "independent"


def test_status_recorded_later_replaces_what_follows_from_its_day() -> None:
    profile = account()
    world = World(
        declared=[OPEN_END], statuses=[Status("closed", 9, 9.5), Status("active", 7, 12.5)]
    )
    world.write(profile)
    assert state_on(profile, 10, known=12.0) == "none"
    assert state_on(profile, 10) == "independent"


def test_change_of_principal_asks_for_a_new_answer() -> None:
    profile = account()
    World(declared=[OPEN_END], principal_changed_on=6).write(profile)
    assert labels.label_of(profile, on=day(5)).reconfirmed is True
    assert labels.label_of(profile, on=day(6)).reconfirmed is False


def test_handle_is_that_of_the_day() -> None:
    profile = account(handle="new")
    World(handles=[("old", 1, 5), ("new", 5, None)]).write(profile)
    assert [labels.label_of(profile, on=day(n)).handle for n in (0, 1, 5)] == [None, "old", "new"]


def test_version_is_the_place_of_the_last_event() -> None:
    profile = account()
    assert labels.label_of(profile).version == 0
    for _ in range(2):
        journal.record(
            "profile.renamed",
            profile,
            by=CLOCK,
            audience=Audience.PUBLIC,
            profile_id=profile.pk,
        )
    journal.sequence()
    assert labels.label_of(profile).version == 2
    assert labels.version_of(labels.Ask("douyin", "4711")) == (
        labels.today("douyin"),
        2,
    )


# --- names ---


def test_find_prefers_the_permanent_id() -> None:
    account("atang", provisional=True)
    permanent = account("atang")
    found = labels.label("douyin", "atang")
    assert found is not None
    World(declared=[OPEN_END]).write(permanent)
    found = labels.label("douyin", "atang")
    assert found is not None
    assert found.state == State.INDEPENDENT


def test_find_takes_a_handle_that_is_held_today() -> None:
    holder, former = account("1", handle="atang"), account("2", handle="other")
    World(handles=[("atang", 5, None)]).write(holder)
    World(handles=[("atang", 0, 5), ("other", 5, None)]).write(former)
    found = labels.label("douyin", "atang")
    assert found is not None
    assert found.external_id == "1"
    assert labels.label("weibo", "atang") is None


@pytest.mark.parametrize("name", ["nobody", "", "a\0b", "\ud800", "4711 "])
def test_find_knows_nobody_of_that_name(name: str) -> None:
    account()
    assert labels.label("douyin", name) is None
    assert labels.label(name, "4711") is None


def test_find_hides_who_is_not_public_from_everybody_but_staff() -> None:
    account("small", tier=0)
    account("uncounted", tier=None)
    account("known", tier=0, public_anyway=True)
    ask = labels.Ask("douyin", "small")
    assert labels.find(ask) is None
    assert labels.version_of(ask) is None
    assert labels.find(ask, everybody=True) is not None
    for name in ("uncounted", "known"):
        assert labels.label("douyin", name) is not None


def test_public_is_the_same_for_labels_and_lists() -> None:
    for tier in (None, 0, 1, 5):
        for anyway in (False, True):
            account(f"{tier}-{anyway}", tier=tier, public_anyway=anyway)
    listed = set(Profile.objects.public().values_list("external_id", flat=True))
    found = {
        name
        for name in Profile.objects.values_list("external_id", flat=True)
        if labels.label("douyin", name) is not None
    }
    assert found == listed


def test_label_is_one_prepared_query(django_assert_num_queries) -> None:
    profile = account()
    labels.label("douyin", "4711")
    with django_assert_num_queries(1):
        labels.label("douyin", "4711")
    with django_assert_num_queries(1):
        labels.label_of(profile)
    with django_assert_num_queries(1):
        labels.version_of(labels.Ask("douyin", "4711"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        prepared = [statement for (statement,) in cursor.fetchall()]
    assert len([text for text in prepared if "AS external_id" in text]) == 2
    assert len([text for text in prepared if "AS profile_id" in text]) == 1


def test_platform_with_another_zone_is_asked_again() -> None:
    """A zone may change until the first observation; the remembered one is not trusted."""
    Platform.objects.create(code="fresh", name_en="F", name_zh="F", time_zone="Etc/GMT+12")
    account("1", platform="fresh")
    now = datetime.now(UTC)
    found = labels.label("fresh", "1")
    assert found is not None
    assert found.on == (now - timedelta(hours=12)).date()
    Platform.objects.filter(code="fresh").update(time_zone="Etc/GMT-14")
    found = labels.label("fresh", "1")
    assert found is not None
    assert found.on == (now + timedelta(hours=14)).date()
    assert '"on" : "' + found.on.isoformat() in labels.find_many([labels.Ask("fresh", "1")])


def test_settled_refuses_what_may_still_change() -> None:
    now = datetime(2026, 6, 1, tzinfo=UTC)
    assert labels.settled(now - timedelta(seconds=10), now) == now - timedelta(seconds=10)
    for seconds in (9.9, 0, -60):
        with pytest.raises(labels.Unsettled):
            labels.settled(now - timedelta(seconds=seconds), now)


# --- the past of a declaration ---


def test_declaration_keeps_its_past_by_itself() -> None:
    profile = account()
    first = Declaration.objects.create(profile=profile, basis="creator", during=(day(2), None))
    first.refresh_from_db()
    Declaration.objects.filter(pk=first.pk).update(during=(day(3), None))
    Declaration.objects.filter(pk=first.pk).update(status="withdrawn", during=(day(3), day(9)))
    now = Declaration.objects.get()
    past = list(DeclarationPast.objects.order_by("known"))
    assert [(row.during.lower, row.during.upper, row.status) for row in past] == [
        (day(2), None, "active"),
        (day(3), None, "active"),
    ]
    assert past[0].known.lower == first.known_from
    assert past[0].known.upper == past[1].known.lower
    assert past[1].known.upper == now.known_from
    assert first.known_from < past[0].known.upper < now.known_from


def test_declaration_that_is_not_changed_gets_no_past() -> None:
    profile = account()
    row = Declaration.objects.create(profile=profile, basis="creator", during=(day(2), None))
    Declaration.objects.filter(pk=row.pk).update(basis="creator")
    assert DeclarationPast.objects.count() == 0
