"""Tables of words: who may do what. Nothing in here looks anything up.

`may()` asks whether an actor may do a thing at all; which rows it may do it to is the business of
`visible_to(actor)` on each QuerySet.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from journal.values import Actor, ActorKind


class Role(TextChoices):
    """What a grant makes of a person. Nobody holds two roles on the same day: who watches is not
    who works, and what a role reaches stays exact."""

    MODERATOR = "moderator", _("moderator")
    LEAD_MODERATOR = "lead_moderator", _("lead moderator")
    REGULATOR = "regulator", _("regulator")
    OPERATOR = "operator", _("operator")


class Right(TextChoices):
    """What an API key may be used for."""

    OBSERVATIONS = "observations", _("push follower observations")
    MESSAGES = "messages", _("fetch messages to creators and report their delivery")
    JOURNAL = "journal", _("read the journal")


class Verb(StrEnum):
    """Everything that `may()` can be asked."""

    SEE_DASHBOARDS = "see_dashboards"
    SEE_PROFILES = "see_profiles"
    SEE_RULES = "see_rules"
    SEE_DUTIES = "see_duties"
    SEE_RUNS = "see_runs"
    SEE_IMPORTS = "see_imports"
    SEE_JOURNAL = "see_journal"
    SEE_DESIGN = "see_design"
    IMPORT_OBSERVATIONS = "import_observations"
    RUN_PASSES = "run_passes"
    RECORD_PROFILE_FACTS = "record_profile_facts"
    RECORD_DECLARATION = "record_declaration"
    EDIT_PLATFORMS = "edit_platforms"
    EDIT_RULES = "edit_rules"
    APPROVE_RULES = "approve_rules"
    WAIVE_DUTIES = "waive_duties"
    MANAGE_KEYS = "manage_keys"
    MANAGE_GRANTS = "manage_grants"
    SEE_MESSAGES = "see_messages"
    ACKNOWLEDGE_NOTICE = "acknowledge_notice"


_STAFF = frozenset(Role.values)
_OPERATOR = frozenset({Role.OPERATOR.value})
_OVERSIGHT = frozenset({Role.OPERATOR.value, Role.REGULATOR.value, Role.LEAD_MODERATOR.value})

# Verb -> the roles that may. A regulator sees and changes nothing; a moderator works on cases.
ROLES: dict[Verb, frozenset[str]] = {
    Verb.SEE_DASHBOARDS: _STAFF,
    Verb.SEE_PROFILES: _STAFF,
    Verb.SEE_RULES: _STAFF,
    Verb.SEE_DUTIES: _STAFF,
    Verb.SEE_DESIGN: _STAFF,
    Verb.SEE_RUNS: _OVERSIGHT,
    Verb.SEE_IMPORTS: _OVERSIGHT,
    Verb.SEE_JOURNAL: _OVERSIGHT,
    Verb.IMPORT_OBSERVATIONS: _OPERATOR,
    Verb.RUN_PASSES: _OPERATOR,
    Verb.RECORD_PROFILE_FACTS: _OPERATOR,
    Verb.RECORD_DECLARATION: _OPERATOR,
    Verb.EDIT_PLATFORMS: _OPERATOR,
    Verb.EDIT_RULES: _OPERATOR,
    Verb.APPROVE_RULES: _OPERATOR,
    Verb.WAIVE_DUTIES: _OPERATOR,
    Verb.MANAGE_KEYS: _OPERATOR,
    Verb.MANAGE_GRANTS: _OPERATOR,
    Verb.SEE_MESSAGES: _OPERATOR,
    Verb.ACKNOWLEDGE_NOTICE: frozenset(),
}

# Right of a key -> the verbs that it carries.
RIGHTS: dict[Right, frozenset[Verb]] = {
    Right.OBSERVATIONS: frozenset({Verb.IMPORT_OBSERVATIONS, Verb.SEE_IMPORTS}),
    Right.MESSAGES: frozenset({Verb.SEE_MESSAGES, Verb.ACKNOWLEDGE_NOTICE}),
    Right.JOURNAL: frozenset({Verb.SEE_JOURNAL}),
}


def may(actor: Actor, verb: Verb, agency: int | None = None) -> bool:
    """Whether the actor may do a thing at all.

    `agency` is the id of the agency on whose behalf it would be done; without a role an actor may
    act for its own agencies only. The clock (passes, management commands) may do everything: who
    starts those has the machine.
    """
    if actor.kind is ActorKind.CLOCK:
        return True
    if agency is not None and not actor.roles and agency not in actor.agency_ids:
        return False
    if actor.roles & ROLES[verb]:
        return True
    return any(verb in RIGHTS[Right(right)] for right in actor.rights)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the navigation: shown where its address exists and the actor may use it."""

    label: str | Promise
    url_name: str
    verb: Verb | None = None
    section: str = "staff"  # public | staff
    icon: str = ""


NAVIGATION: tuple[Entry, ...] = (
    Entry(_("Register"), "disclosure:search", None, "public", "search"),
    Entry(_("Rules"), "disclosure:about_rules", None, "public", "scale"),
    Entry(_("About"), "disclosure:about", None, "public", "info"),
    Entry(_("Developers"), "disclosure:developers", None, "public", "code"),
    Entry(_("API"), "accounts:try_api", None, "footer", "code"),
    Entry(_("Overview"), "dashboards:overview", Verb.SEE_DASHBOARDS, "staff", "dashboard"),
    Entry(_("Coverage"), "dashboards:coverage", Verb.SEE_DASHBOARDS, "staff", "chart"),
    Entry(_("Accounts"), "influencers:profiles", Verb.SEE_PROFILES, "staff", "users"),
    Entry(_("Duties"), "disclosure:duties", Verb.SEE_DUTIES, "staff", "checklist"),
    Entry(_("Disclosure rules"), "disclosure:rules", Verb.SEE_RULES, "staff", "scale"),
    Entry(_("Imports"), "influencers:imports", Verb.SEE_IMPORTS, "staff", "upload"),
    Entry(_("Runs"), "dashboards:runs", Verb.SEE_RUNS, "staff", "refresh"),
    Entry(_("Journal"), "dashboards:journal", Verb.SEE_JOURNAL, "staff", "book"),
    Entry(_("People"), "accounts:grants", Verb.MANAGE_GRANTS, "staff", "user-check"),
    Entry(_("API keys"), "accounts:keys", Verb.MANAGE_KEYS, "staff", "key"),
    Entry(_("Design"), "accounts:design", Verb.SEE_DESIGN, "staff", "palette"),
)
