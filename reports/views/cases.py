"""The queue of the moderators, and the page of one case."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.doors import keyset, require
from accounts.models import acting
from accounts.permissions import Sensitive, Verb, may, may_second
from agencies.models import Agency, Binding, Dispute
from agencies.queries import Manager
from journal.values import Actor
from reports.actions import cases
from reports.filters import QUEUES, CaseFilter
from reports.forms import DecisionForm
from reports.models import Case, Report, Template
from reports.queries import answering, earlier, gathered, queues
from reports.views import words

PAGE = 50
REPORTS = 200  # of one case on its page: a crowd says the same thing


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the queue."""

    case: Case
    tier: str
    sources: str
    age: str
    holder: str  # "" nobody | the name of who works on it
    mine: bool


@require(Verb.SEE_CASES)
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Open cases, the weightiest first; other queues by tab."""
    actor = request.actor  # type: ignore[attr-defined]
    asked = request.GET.copy()
    asked.setdefault("queue", "open")
    visible = Case.objects.visible_to(actor)
    related = visible.select_related("profile__platform", "agency", "category", "proposal")
    chosen = CaseFilter(asked, related, request=request)
    page = keyset(chosen.qs, request, ("-priority", "pk"), size=PAGE)
    now = timezone.now()
    context = {
        "filter": chosen,
        "page": page,
        "rows": _rows(page.items, actor.id, now),
        "tabs": _tabs(str(asked["queue"]), queues(actor, now)),
        "today": timezone.localdate(now),
        "may_work": may(actor, Verb.WORK_CASES),
    }
    return render(request, "reports/queue.html", context)


def _rows(found: list[Case], me: str, now: datetime) -> list[Row]:
    known = words.floors()
    return [
        Row(
            case,
            words.tier(case, known),
            words.sources(case),
            words.age(case, now),
            case.claimed_by if case.holder(now) else "",
            case.holder(now) == me,
        )
        for case in found
    ]


def _tabs(chosen: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    return [
        {"label": label, "url": f"?queue={word}", "count": counts[word], "current": word == chosen}
        for word, label in QUEUES
    ]


@require(Verb.WORK_CASES)
@require_POST
def next_case(request: HttpRequest) -> HttpResponse:
    """Takes the first free case."""
    case = cases.claim_next(by=request.actor)  # type: ignore[attr-defined]
    if case is None:
        messages.info(request, _("No case is free: all are decided or in somebody's hands."))
        return redirect("reports:queue")
    return redirect("reports:case", public_id=case.public_id)


@require(Verb.WORK_CASES)
@require_POST
def claim(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Takes a case, or holds it for longer. Of two at once one is told who was first."""
    case = found(request, public_id)
    try:
        if "give_back" in request.POST:
            cases.give_back(case, by=request.actor)  # type: ignore[attr-defined]
            return redirect("reports:queue")
        cases.claim(case, by=request.actor)  # type: ignore[attr-defined]
    except cases.CaseRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("reports:case", public_id=public_id)


@require(Verb.SEE_CASES)
@require_safe
def case(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One case: what it is about, what was said, what is decided."""
    subject = found(request, public_id)
    desk = Desk.of(request, subject)
    form = None
    if desk.mine:
        initial = words.filled(desk.template, subject, desk.managers, desk.day)
        if "template" not in request.GET:
            # What the case comes to is the moderator's to choose, never the page's.
            del initial["outcome"]
        form = decision_form(request, subject, initial={**initial, "act_day": desk.day})
    return render(request, "reports/case.html", {"desk": desk, "case": subject, "form": form})


def found(request: HttpRequest, public_id: UUID) -> Case:
    visible = Case.objects.visible_to(request.actor)  # type: ignore[attr-defined]
    related = ("profile__platform", "agency", "category", "decision", "proposal")
    subject: Case = get_object_or_404(
        visible.select_related(*related, "dispute__binding__agency"), public_id=public_id
    )
    return subject


def decision_form(request: HttpRequest, subject: Case, **options: Any) -> DecisionForm:
    """The form, with the bindings of the account that are public and could be void."""
    bindings = Binding.objects.visible_to(request.actor)  # type: ignore[attr-defined]
    public = bindings.filter(profile=subject.profile_id, status__in=["confirmed", "suspended"])
    rows = public.select_related("agency").order_by("during")
    return DecisionForm(case=subject, bindings=rows, **options)


@dataclass(frozen=True, slots=True)
class Desk:
    """What stands on the page of a case beside the decision.

    `reports` is empty for who may not read reports. `day` is the day of the act that the page
    asks about: the case's own, or `day` of the address.
    """

    day: date
    managers: list[Manager]
    managed: list[tuple[str, str]]  # slug and name of each
    answerable: list[Agency]  # of a case that is decided
    disputes: list[Dispute]  # all that are decided with the case
    earlier: list[Case]
    reports: list[Report]
    templates: list[Template]
    template: Template
    tier: str
    sources: str
    holder: str
    mine: bool
    may_work: bool
    due: date
    today: date
    may_open_proposal: bool

    @classmethod
    def of(cls, request: HttpRequest, case: Case) -> "Desk":
        actor, now = request.actor, timezone.now()  # type: ignore[attr-defined]
        day = _day(request.GET.get("day", ""), case)
        decision = getattr(case, "decision", None)
        # Of a case that is over: as the register knew it when it was decided.
        known_at = decision.decided_at if decision else None
        on_day = answering(case, day, known_at)
        read = Report.objects.visible_to(actor).filter(case=case).order_by("received_at", "pk")
        templates = list(Template.objects.fitting(case))
        wanted = request.GET.get("template", "")
        due, today = words.time_left(case)
        return cls(
            day=day,
            managers=on_day,
            managed=[(each.slug, words.name(each)) for each in on_day],
            answerable=list(Agency.objects.filter(pk__in=decision.agencies_on_day))
            if decision
            else [],
            disputes=_disputes(case, now),
            earlier=earlier(case, actor),
            reports=list(read.prefetch_related("messages")[:REPORTS]),
            templates=templates,
            template=next((t for t in templates if t.code == wanted), templates[0]),
            tier=words.tier(case, words.floors()),
            sources=words.sources(case),
            holder=case.claimed_by if case.holder(now) else "",
            mine=case.holder(now) == actor.id and case.is_for(actor) and not case.waits,
            may_work=case.is_for(actor),
            due=due,
            today=today,
            may_open_proposal=_may_open(case, actor),
        )


def _may_open(case: Case, actor: Actor) -> bool:
    """Whether the page of its last proposal is for the actor. No query."""
    mine = case.proposal is not None and case.proposal.proposed_by == acting(actor)
    return mine or may_second(actor, Sensitive.VOID_LABEL)


def _disputes(case: Case, at: datetime) -> list[Dispute]:
    if case.dispute is None:
        return []
    with_it = case.status == Case.Status.OPEN
    return [case.dispute, *(gathered(case.dispute, at) if with_it else [])]


def _day(text: str, case: Case) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return case.act_day
