"""Rules: what the public reads of them, and the desk where staff propose, try and approve them."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.doors import keyset, require
from accounts.permissions import Verb, may
from accounts.templatetags.house import number
from disclosure.actions import rules
from disclosure.filters.rules import RuleFilter
from disclosure.forms import LiveForm, RuleForm, floors_in_use
from disclosure.models import Rule
from disclosure.queries.duties import RuleCounts, counts_of_rules, preview_of
from disclosure.views.happened import timeline
from influencers.models import Platform
from journal.models import Event
from journal.values import NOBODY

MOVES: dict[str, Callable[..., Rule]] = {
    "shadow": rules.shadow,
    "draft": rules.back_to_draft,
}


@login_not_required
@require_safe
def about_rules(request: HttpRequest) -> HttpResponse:
    """What accounts are asked, by which right, and what is not law."""
    public = _with_platforms(Rule.objects.visible_to(NOBODY))
    context = {
        "live": [rule for rule in public if rule.status == Rule.Status.LIVE],
        "retired": [rule for rule in public if rule.status == Rule.Status.RETIRED],
        "today": timezone.localdate(),
    }
    return render(request, "disclosure/rules_public.html", context)


@require(Verb.SEE_RULES)
@require_safe
def rule_list(request: HttpRequest) -> HttpResponse:
    chosen = RuleFilter(request.GET, _visible(request))
    page = keyset(chosen.qs, request, order=("-min_followers", "pk"), size=50)
    counts = counts_of_rules(request.actor)  # type: ignore[attr-defined]
    context = {
        "filter": chosen,
        "page": page,
        "rows": [
            (rule, counts.get(rule.code, RuleCounts())) for rule in _with_platforms(page.items)
        ],
        "may_edit": may(request.actor, Verb.EDIT_RULES),  # type: ignore[attr-defined]
    }
    return render(request, "disclosure/rules.html", context)


@require(Verb.SEE_RULES)
@require_safe
def rule_detail(request: HttpRequest, code: str) -> HttpResponse:
    """One rule: what it says, what it counts, how it came about, what can be done with it."""
    (rule,) = _with_platforms([get_object_or_404(_visible(request), code=code)])
    actor = request.actor  # type: ignore[attr-defined]
    run = None if actor.is_limited else preview_of(rule)  # it counts on all platforms
    events = Event.objects.visible_to(actor).filter(subject_type="rule", subject_id=str(rule.pk))
    context = {
        "rule": rule,
        "counts": counts_of_rules(actor).get(rule.code, RuleCounts()),
        "preview": run,
        "busy": run is not None and not run.is_over,
        "timeline": timeline(events.order_by("pk")[:100]),
        "may_edit": may(actor, Verb.EDIT_RULES),
        "may_approve": may(actor, Verb.APPROVE_RULES),
        "mine": rule.proposed_by_id == f"{actor.kind}:{actor.id}",
    }
    return render(request, "disclosure/rule.html", context)


@require(Verb.EDIT_RULES)
def rule_propose(request: HttpRequest) -> HttpResponse:
    form = RuleForm(request.POST or None, floors=_floors())
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        rule = _try(request, rules.propose, facts.pop("code"), facts)
        if rule is not None:
            messages.success(request, _("Proposed. It is a draft until it is tried or approved."))
            return redirect("disclosure:rule", code=rule.code)
    return render(request, "disclosure/rule_form.html", {"form": form})


@require(Verb.EDIT_RULES)
def rule_amend(request: HttpRequest, code: str) -> HttpResponse:
    rule = get_object_or_404(_visible(request), code=code)
    form = RuleForm(request.POST or None, instance=rule, floors=_floors())
    if request.method == "POST" and form.is_valid():
        if _try(request, rules.amend, rule, form.cleaned_data) is not None:
            messages.success(request, _("Saved. You are now the one who proposes this rule."))
        return redirect("disclosure:rule", code=code)
    return render(request, "disclosure/rule_form.html", {"form": form, "rule": rule})


@require(Verb.EDIT_RULES)
@require_POST
def rule_move(request: HttpRequest, code: str) -> HttpResponse:
    """Into the shadow, or back to a draft."""
    rule = get_object_or_404(_visible(request), code=code)
    act = MOVES.get(request.POST.get("to", ""))
    if act is not None and _try(request, act, rule) is not None:
        messages.success(request, _("Done. The next full pass counts by it."))
    return redirect("disclosure:rule", code=code)


@require(Verb.APPROVE_RULES)
def rule_live(request: HttpRequest, code: str) -> HttpResponse:
    """The second person's page: everything that the rule will do, and the day it begins."""
    rule = get_object_or_404(_visible(request), code=code)
    form = LiveForm(request.POST or None, initial={"live_from": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        day = form.cleaned_data["live_from"]
        if _try(request, rules.make_live, rule, live_from=day) is not None:
            messages.success(request, _("Approved. Accounts under it are asked from that day on."))
        return redirect("disclosure:rule", code=code)
    context = {"form": form, "rule": rule, "preview": preview_of(rule)}
    return render(request, "disclosure/rule_live.html", context)


@require(Verb.EDIT_RULES)
def rule_retire(request: HttpRequest, code: str) -> HttpResponse:
    rule = get_object_or_404(_visible(request), code=code)
    if request.method == "POST":
        if _try(request, rules.retire, rule) is not None:
            messages.success(request, _("Retired. Its open duties close with the next pass."))
        return redirect("disclosure:rule", code=code)
    counts = counts_of_rules(request.actor)  # type: ignore[attr-defined]
    context = {"rule": rule, "counts": counts.get(rule.code, RuleCounts())}
    return render(request, "disclosure/rule_retire.html", context)


@require(Verb.EDIT_RULES)
@require_POST
def rule_preview(request: HttpRequest, code: str) -> HttpResponse:
    """Asks for the duty pass with this rule as if it were live; it is rolled back."""
    rule = get_object_or_404(_visible(request), code=code)
    _try(request, rules.preview, rule)
    return redirect("disclosure:rule", code=code)


def _try(request: HttpRequest, act: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """What the act returns; None, and a message, where it refuses."""
    try:
        return act(*args, **options, by=request.actor)  # type: ignore[attr-defined]
    except rules.RuleRefused as refusal:
        messages.error(request, str(refusal))
        return None
    except PermissionError as error:
        raise PermissionDenied from error


def _visible(request: HttpRequest) -> Any:
    return Rule.objects.visible_to(request.actor)  # type: ignore[attr-defined]


def _floors() -> list[tuple[int, str]]:
    return [(floor, number(floor)) for floor in floors_in_use()]


def _with_platforms(found: Iterable[Rule]) -> list[Rule]:
    """The rules with `platform_names`, in the reader's language; none means every platform."""
    names = {platform.code: platform.name for platform in Platform.objects.all()}
    rules_ = list(found)
    for rule in rules_:
        rule.platform_names = [names.get(code, code) for code in rule.platforms]  # type: ignore[attr-defined]
    return rules_
