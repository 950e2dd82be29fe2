"""The life of a rule: proposed, tried in the shadow, made live by a second person, retired."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Verb, may
from disclosure.models import Rule
from disclosure.models.rules import RULE_MOVES
from disclosure.queries.duties import without_floor
from journal import actions as journal
from journal.models import Run
from journal.models.fields import CurrentXid
from journal.values import Actor, Audience

# What a proposal says; everything else about a rule is said by the acts below.
FIELDS = (
    "name_en",
    "name_zh",
    "text_en",
    "text_zh",
    "basis",
    "basis_text",
    "basis_url",
    "platforms",
    "min_followers",
    "content_fields",
    "account_kind",
    "grace_days",
    "notice_days",
)


class RuleRefused(ValueError):
    """The rule cannot be written or moved so; the text says why, for a person."""


@transaction.atomic
def propose(code: str, facts: Mapping[str, Any], *, by: Actor) -> Rule:
    """A new rule, as a draft. `facts` gives values of FIELDS; what is left out has its default.

    Raises PermissionError for who may not, RuleRefused for a threshold that is no floor of every
    scheme the rule applies to: a duty may only change when a tier does.
    """
    _may(by, Verb.EDIT_RULES)
    if Rule.objects.filter(code=code).exists():
        raise RuleRefused(_("There is a rule with this code already."))
    rule = Rule(code=code, proposed_by=by.name, proposed_by_id=_id(by))
    _write(rule, facts)
    rule.save(force_insert=True)
    _record("rule.proposed", rule, by, facts)
    return rule


@transaction.atomic
def amend(rule: Rule, facts: Mapping[str, Any], *, by: Actor) -> Rule:
    """Changes what a draft says. Who amends it is who proposes it from then on.

    Raises PermissionError, or RuleRefused where the rule is no draft any more: people were counted,
    or asked, by what it says.
    """
    _may(by, Verb.EDIT_RULES)
    rule = _locked(rule)
    if rule.status != Rule.Status.DRAFT:
        raise RuleRefused(_("Only a draft can be amended."))
    _write(rule, facts)
    rule.proposed_by, rule.proposed_by_id = by.name, _id(by)
    rule.xid = CurrentXid()
    rule.save()
    _record("rule.amended", rule, by, facts)
    return rule


@transaction.atomic
def shadow(rule: Rule, *, by: Actor) -> Rule:
    """From now on full passes count who falls under a draft; nobody is asked."""
    _may(by, Verb.EDIT_RULES)
    return _move(rule, Rule.Status.SHADOW, by)


@transaction.atomic
def back_to_draft(rule: Rule, *, by: Actor) -> Rule:
    """Takes a rule out of the shadow, to be amended."""
    _may(by, Verb.EDIT_RULES)
    return _move(rule, Rule.Status.DRAFT, by)


@transaction.atomic
def make_live(rule: Rule, *, by: Actor, live_from: date | None = None) -> Rule:
    """Approves a rule: from `live_from` on (today, in the portal's zone) accounts are asked.

    Raises PermissionError, or RuleRefused: nobody approves what they proposed (the database refuses
    it too), a day that is over, a draft of a law (a platform that follows it early says so with a
    rule of its own policy), and a threshold that is no floor any more.
    """
    _may(by, Verb.APPROVE_RULES)
    rule = _locked(rule)
    today = timezone.localdate()
    if _id(by) == rule.proposed_by_id:
        raise RuleRefused(_("A second person approves a rule: you proposed this one."))
    if rule.basis == Rule.Basis.DRAFT:
        raise RuleRefused(
            _(
                "A draft of a law asks nothing of anybody. It can stay in the shadow; a platform's "
                "own policy is a rule of its own."
            )
        )
    if (live_from or today) < today:
        raise RuleRefused(_("A rule cannot become live on a day that is over."))
    _check_floor(rule)
    rule.live_from = live_from or today
    rule.approved_by, rule.approved_by_id = by.name, _id(by)
    return _move(rule, Rule.Status.LIVE, by, live_from=rule.live_from.isoformat())


@transaction.atomic
def retire(rule: Rule, *, by: Actor) -> Rule:
    """Ends a rule for good. Its open duties close with the next pass, on this day."""
    _may(by, Verb.APPROVE_RULES if rule.status == Rule.Status.LIVE else Verb.EDIT_RULES)
    rule = _locked(rule)
    rule.retired_on = timezone.localdate()
    return _move(rule, Rule.Status.RETIRED, by, retired_on=rule.retired_on.isoformat())


def preview(rule: Rule, *, by: Actor) -> Run:
    """Asks for a run that opens the duties of a rule as if it were live, and rolls them back."""
    _may(by, Verb.EDIT_RULES)
    if rule.status not in (Rule.Status.DRAFT, Rule.Status.SHADOW):
        raise RuleRefused(_("Only a rule that is not live yet can be tried."))
    _check_floor(rule)
    return journal.ask("duties", by=by, params={"preview": rule.pk})


def _may(by: Actor, verb: Verb) -> None:
    # A rule speaks for all platforms that it names, or for every one: so must who writes it, and
    # `may` says so (accounts.permissions.OWN).
    if not may(by, verb):
        raise PermissionError(verb)


def _id(by: Actor) -> str:
    return f"{by.kind}:{by.id}"


def _locked(rule: Rule) -> Rule:
    return Rule.objects.select_for_update(no_key=True).get(pk=rule.pk)


def _write(rule: Rule, facts: Mapping[str, Any]) -> None:
    for name in FIELDS:
        if name in facts:
            setattr(rule, name, facts[name])
    _check_floor(rule)


def _check_floor(rule: Rule) -> None:
    missing = without_floor(rule.platforms, rule.min_followers)
    if missing:
        raise RuleRefused(
            _("This number is no floor of the tiers of %(platforms)s.")
            % {"platforms": ", ".join(platform.name for platform in missing)}
        )


def _move(rule: Rule, to: Rule.Status, by: Actor, **changes: str) -> Rule:
    """Writes the rule with its new state, if the table of moves allows it."""
    was = Rule.objects.select_for_update(no_key=True).get(pk=rule.pk).status
    if not RULE_MOVES.allows(was, to):
        raise RuleRefused(
            _("A rule cannot go from “%(old)s” to “%(new)s”.")
            % {"old": Rule.Status(was).label, "new": to.label}
        )
    rule.status, rule.xid = to, CurrentXid()
    rule.save()
    _record(f"rule.{VERBS[to]}", rule, by, {"from": was, **changes})
    return rule


VERBS = {
    Rule.Status.DRAFT: "redrafted",
    Rule.Status.SHADOW: "shadowed",
    Rule.Status.LIVE: "made_live",
    Rule.Status.RETIRED: "retired",
}
# Before a rule is live it is a matter of the people who write it.
PUBLIC = ("rule.made_live", "rule.retired")


def _record(verb: str, rule: Rule, by: Actor, changes: Mapping[str, Any]) -> None:
    was_live = rule.live_from is not None
    audience = Audience.PUBLIC if verb in PUBLIC and was_live else Audience.STAFF
    journal.record(verb, rule, by=by, audience=audience, changes={"rule": rule.code, **changes})
