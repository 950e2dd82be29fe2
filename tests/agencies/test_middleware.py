"""The door: whom somebody works for, and what the database shows them while they are asked."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from celery import Celery
from django.db import connection
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template import engines
from django.template.response import TemplateResponse
from django.test import Client, RequestFactory
from django.urls import path
from django.utils import timezone

from accounts.doors import actor_of_user
from accounts.models import Grant, User
from accounts.permissions import AGENCY_RIGHTS, Role, Verb, may
from agencies.actions import agencies
from agencies.middleware import AgencyContext, arrived
from agencies.models import Agency, Contract, Membership
from journal.actions.context import NOTHING, PARTIES, PASS, STAFF, current, kept, seeing
from journal.tasks import PassTask
from journal.values import CLOCK
from tests.factories.accounts import calling_with, make_key
from tests.factories.agencies import make_contract
from tests.people import make_member, signed_in, the_agency

pytestmark = pytest.mark.django_db

JAN = date(2026, 1, 1)
View = Any


def sent_in(user: Any, view: View) -> Any:
    """The answer of a view behind the door, for a user."""
    request = RequestFactory().get("/")
    request.user = user
    if user.is_authenticated:
        request.actor = actor_of_user(user)  # type: ignore[attr-defined]
        request.two_factor = True  # type: ignore[attr-defined]
    return AgencyContext(view)(request)


def references() -> str:
    return ",".join(Contract.objects.order_by("pk").values_list("reference", flat=True))


def plain(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(references())


def streamed(_request: HttpRequest) -> StreamingHttpResponse:
    def parts() -> Iterator[str]:
        yield ""
        yield references()

    return StreamingHttpResponse(parts())


def test_member_sees_the_rows_of_its_agency_while_it_is_asked(
    mcn_viewer: User, mcn: Agency, rival: Agency
) -> None:
    mine, _theirs = make_contract(mcn, JAN), make_contract(rival, JAN)
    assert sent_in(mcn_viewer, plain).content.decode() == mine.reference
    assert current() == NOTHING
    assert references() == ""


def test_staff_sees_all_and_a_newcomer_nothing(operator: User, newcomer: User, mcn: Agency) -> None:
    mine = make_contract(mcn, JAN)
    assert sent_in(operator, plain).content.decode() == mine.reference
    assert sent_in(newcomer, plain).content.decode() == ""


def test_what_was_seen_before_comes_back_also_after_an_error(mcn_viewer: User) -> None:
    def broken(_request: HttpRequest) -> HttpResponse:
        raise RuntimeError

    with seeing(PARTIES, [7]):
        with pytest.raises(RuntimeError):
            sent_in(mcn_viewer, broken)
        assert current() == (PARTIES, "7", "")


def test_anonymous_visitor_sees_nothing_whatever_was_told_before(
    client: Client, mcn: Agency
) -> None:
    from django.contrib.auth.models import AnonymousUser

    make_contract(mcn, JAN)
    with seeing(PASS):
        assert sent_in(AnonymousUser(), plain).content == b""
        assert b"".join(sent_in(AnonymousUser(), streamed)) == b""
        assert current()[0] == PASS  # type: ignore[index]


def rendered_late(request: HttpRequest) -> HttpResponse:
    return TemplateResponse(
        request, engines["django"].from_string("{{ asked }}"), {"asked": Asked()}
    )


class Asked:
    """Asks when a template looks at it: after the view has returned."""

    def __str__(self) -> str:
        return references()


def exported(_request: HttpRequest) -> StreamingHttpResponse:
    """A file whose rows are fetched while it is sent, by a cursor of the server."""
    rows = Contract.objects.order_by("pk").values_list("reference", flat=True)
    return StreamingHttpResponse(iter(rows.iterator()), content_type="text/csv")


WAYS = (plain, rendered_late, streamed, exported)
urlpatterns = [path(f"{way.__name__}/", way) for way in WAYS]


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("requests", [200, pytest.param(2000, marks=pytest.mark.night)])
def test_two_agencies_in_turns_never_see_each_other(
    mcn: Agency, rival: Agency, requests: int
) -> None:
    """On one connection, through everything a page goes through: no leak, and nothing missing."""
    expected = [
        (signed_in(make_member("mcn_editor")), make_contract(mcn, JAN).reference),
        (signed_in(make_member("rival_viewer")), make_contract(rival, JAN).reference),
    ]
    outcomes: Counter[str] = Counter()
    for number in range(requests):
        client, reference = expected[number % 2]
        said = b"".join(client.get(f"/{WAYS[number // 2 % 4].__name__}/")).decode()
        outcomes["own" if said == reference else f"{reference}: {said!r}"] += 1
    assert outcomes == {"own": requests}


def test_streams_that_are_read_in_turns_keep_their_own_sight(mcn: Agency, rival: Agency) -> None:
    mine, theirs = make_contract(mcn, JAN), make_contract(rival, JAN)
    answers = [sent_in(make_member(f"{who}_viewer"), streamed) for who in ("mcn", "rival")]
    said = [b"".join(answer).decode() for answer in reversed(answers)]
    assert said == [theirs.reference, mine.reference]
    assert current() == NOTHING


def test_stream_that_nobody_reads_to_its_end_leaves_no_sight(mcn_viewer: User) -> None:
    answer = sent_in(mcn_viewer, streamed)
    next(iter(answer))
    answer.close()
    assert current() == NOTHING


def test_actor_at_the_door_has_its_memberships_of_today(mcn: Agency, rival: Agency) -> None:
    user = make_member("mcn_editor")
    today = timezone.localdate()
    with seeing(PASS):
        agencies.add_member(rival, user, "owner", by=CLOCK, since=today + timedelta(days=1))
    with kept():
        actor = arrived(actor_of_user(user))
        assert actor.memberships == {(mcn.pk, "editor")}
        assert current() == (PARTIES, str(mcn.pk), "")
        assert may(actor, Verb.EDIT_CONTRACTS, agency=mcn.pk)


def test_person_who_left_sees_nothing_from_the_next_request_on(mcn: Agency) -> None:
    owner, other = make_member("mcn_owner"), make_member("mcn_viewer")
    make_contract(mcn, JAN)
    with seeing(PASS):
        agencies.end_membership(Membership.objects.get(user=other), by=CLOCK)
    assert sent_in(other, plain).content == b""
    assert sent_in(owner, plain).content != b""


def test_page_shows_its_own_contracts_and_the_session_is_told_nothing_after(
    as_mcn_viewer: Client, mcn: Agency, rival: Agency
) -> None:
    mine, theirs = make_contract(mcn, JAN), make_contract(rival, JAN)
    page = as_mcn_viewer.get("/portal/contracts/").content.decode()
    assert (mine.reference in page, theirs.reference in page) == (True, False)
    assert current() == NOTHING


def test_visitor_without_a_session_costs_no_query_here(
    client: Client, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        client.get("/accounts/login/")


def test_tasks_see_the_rows_of_all_agencies(mcn: Agency, rival: Agency) -> None:
    make_contract(mcn, JAN), make_contract(rival, JAN)

    app = Celery("a test", set_as_current=False, task_cls=PassTask)
    task = app.task(Contract.objects.count, name="tests.count")
    assert task() == 2
    assert current() == NOTHING


def test_every_task_of_the_house_sees_all_but_the_heartbeat() -> None:
    from config.celery import app

    ours = {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}
    assert len(ours) > 5
    blind = {name for name, task in ours.items() if not isinstance(task, PassTask)}
    assert blind == {"journal.tasks.heartbeat"}


def test_staff_reach_is_told_in_the_same_statement(operator: User, newcomer: User) -> None:
    with kept():
        arrived(actor_of_user(operator))
        assert current() == (STAFF, "", "")
        arrived(actor_of_user(newcomer))
        assert current() == NOTHING
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('app.reach', true)")
            assert cursor.fetchone() == ("",)


def test_key_of_an_agency_opens_no_page_and_its_context_ends_with_the_call(mcn: Agency) -> None:
    _key, secret = make_key(AGENCY_RIGHTS, agency_id=the_agency().pk)
    assert calling_with(secret).get("/api/v1/messages").status_code == 403
    assert current() == NOTHING


def test_who_works_for_an_agency_is_no_staff(mcn_owner: User, as_mcn_owner: Client) -> None:
    """Or the moderator of a case could be of the agency that it is about."""
    Grant.objects.create(user=mcn_owner, role=Role.MODERATOR, since=timezone.localdate())
    assert as_mcn_owner.get("/moderation/").status_code == 403
    assert as_mcn_owner.get("/portal/contracts/").status_code == 200
