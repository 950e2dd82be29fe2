"""Tables of words: who may do what. Nothing in here looks anything up.

`may()` asks whether an actor may do a thing at all; which rows it may do it to is the business of
`visible_to(actor)` on each QuerySet.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
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
    CASES = "cases", _("read the cases of a platform")
    CONTRACTS = "contracts", _("read an agency's own contracts")
    BINDINGS = "bindings", _("read and claim an agency's own bindings")


# A key is of a platform or of an agency, and each kind has rights of its own.
AGENCY_RIGHTS = (Right.CONTRACTS, Right.BINDINGS)
PLATFORM_RIGHTS = tuple(right for right in Right if right not in AGENCY_RIGHTS)


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
    REGISTER_AGENCIES = "register_agencies"
    SEE_REVIEWS = "see_reviews"
    OPEN_REVIEWS = "open_reviews"
    SEE_CASES = "see_cases"
    WORK_CASES = "work_cases"
    CHECK_PROOFS = "check_proofs"
    ESTABLISH_BINDINGS = "establish_bindings"
    SEE_DISPUTES = "see_disputes"
    DECIDE_DISPUTES = "decide_disputes"
    SEE_APPROVALS = "see_approvals"
    SEE_ADMISSIONS = "see_admissions"
    DECIDE_ADMISSIONS = "decide_admissions"
    SEE_BLACKLIST = "see_blacklist"
    KEEP_BLACKLIST = "keep_blacklist"
    CLOSE_AGENCIES = "close_agencies"
    # On behalf of an agency; `may` is told which.
    SEE_DESK = "see_desk"
    SEE_CONTRACTS = "see_contracts"
    EDIT_CONTRACTS = "edit_contracts"
    ANSWER_REVIEWS = "answer_reviews"
    ANSWER_DISPUTES = "answer_disputes"
    MANAGE_AGENCY = "manage_agency"


_STAFF = frozenset(Role.values)
_OPERATOR = frozenset({Role.OPERATOR.value})
_MODERATORS = frozenset({Role.MODERATOR.value, Role.LEAD_MODERATOR.value})
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
    Verb.REGISTER_AGENCIES: _OPERATOR,
    Verb.CHECK_PROOFS: _OPERATOR,
    Verb.ESTABLISH_BINDINGS: _OPERATOR,
    Verb.SEE_DISPUTES: _OVERSIGHT,
    Verb.DECIDE_DISPUTES: frozenset({Role.OPERATOR.value, Role.LEAD_MODERATOR.value}),
    Verb.SEE_APPROVALS: _MODERATORS | _OPERATOR,
    Verb.SEE_ADMISSIONS: frozenset({Role.OPERATOR.value, Role.REGULATOR.value}),
    Verb.DECIDE_ADMISSIONS: _OPERATOR,
    Verb.SEE_BLACKLIST: frozenset({Role.OPERATOR.value, Role.REGULATOR.value}),
    Verb.KEEP_BLACKLIST: _OPERATOR,
    Verb.CLOSE_AGENCIES: _OPERATOR,
    Verb.SEE_REVIEWS: _OVERSIGHT,
    Verb.OPEN_REVIEWS: _OPERATOR,
    Verb.SEE_CASES: _MODERATORS | {Role.REGULATOR.value},
    Verb.WORK_CASES: _MODERATORS,
}

# Roles in an agency, each with what those before it may.
MEMBERS = ("viewer", "editor", "owner")

# Verb -> the least role in the agency.
AGENCY_ROLES: dict[Verb, str] = {
    Verb.SEE_DESK: "viewer",
    Verb.SEE_CONTRACTS: "viewer",
    Verb.EDIT_CONTRACTS: "editor",
    Verb.ANSWER_REVIEWS: "editor",
    Verb.ANSWER_DISPUTES: "editor",
    Verb.MANAGE_AGENCY: "owner",
}

# Right of a key -> the verbs that it carries.
RIGHTS: dict[Right, frozenset[Verb]] = {
    Right.OBSERVATIONS: frozenset({Verb.IMPORT_OBSERVATIONS, Verb.SEE_IMPORTS}),
    Right.MESSAGES: frozenset({Verb.SEE_MESSAGES, Verb.ACKNOWLEDGE_NOTICE}),
    Right.JOURNAL: frozenset({Verb.SEE_JOURNAL}),
    Right.CASES: frozenset({Verb.SEE_CASES}),
    Right.CONTRACTS: frozenset({Verb.SEE_CONTRACTS}),
    Right.BINDINGS: frozenset({Verb.EDIT_CONTRACTS}),
}


class Own(StrEnum):
    """Which things a verb is for. What is foreign is not found, with the answer that a missing
    thing gives; which rows that are says `visible_to` of each QuerySet."""

    REACHED = "reached"  # of the grant's platforms and territories; of the key's platform
    SPANNING = "spanning"  # seen where one of its platforms is reached, changed where all are
    WHOLE = "whole"  # about all platforms at once: a grant with a limit is not enough
    AGENCY = "agency"  # of the agency that the actor works for
    NOBODYS = "nobodys"  # of no party: it hides nothing


# Verb -> whose things it is for.
OWN: dict[Verb, Own] = {
    **dict.fromkeys(Verb, Own.REACHED),
    **dict.fromkeys(AGENCY_ROLES, Own.AGENCY),
    Verb.SEE_DESIGN: Own.NOBODYS,
    Verb.SEE_RULES: Own.SPANNING,
    Verb.SEE_RUNS: Own.SPANNING,
    Verb.SEE_REVIEWS: Own.SPANNING,
    Verb.REGISTER_AGENCIES: Own.SPANNING,
    Verb.SEE_BLACKLIST: Own.NOBODYS,
    Verb.KEEP_BLACKLIST: Own.WHOLE,
    Verb.CLOSE_AGENCIES: Own.WHOLE,
    Verb.RUN_PASSES: Own.WHOLE,
    Verb.EDIT_PLATFORMS: Own.WHOLE,
    Verb.EDIT_RULES: Own.WHOLE,
    Verb.APPROVE_RULES: Own.WHOLE,
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
    if OWN[verb] is Own.WHOLE and actor.is_limited:
        return False
    if actor.roles & ROLES.get(verb, frozenset()) or _may_for(actor, verb, agency):
        return True
    return any(verb in RIGHTS[Right(right)] for right in actor.rights)


def _may_for(actor: Actor, verb: Verb, agency: int | None) -> bool:
    """Whether the actor's role in the agency, or in any one of its agencies, is enough."""
    least = AGENCY_ROLES.get(verb)
    if least is None:
        return False
    enough = MEMBERS[MEMBERS.index(least) :]
    return any(role in enough and agency in (None, its) for its, role in actor.memberships)


class Sensitive(TextChoices):
    """Every act that asks people to prove again who they are. One that is new is a line here, a
    line in SENSITIVE, and `@sensitive(…)` at its entrance; with a second person also the function
    that carries it out."""

    CHANGE_FACTOR = "change_factor", _("change one’s own second factor")
    ISSUE_KEY = "issue_key", _("issue an API key")
    GRANT_ROLE = "grant_role", _("give a role")
    INVITE_OWNER = "invite_owner", _("make somebody an owner of an agency")
    CHANGE_ACCESS = "change_access", _("close or open somebody’s sign-in")
    RESET_FACTORS = "reset_factors", _("take somebody’s second factors")
    DECIDE_PROPOSAL = "decide_proposal", _("decide on a proposal")
    REVEAL_CONTACT = "reveal_contact", _("read a reporter’s contact")
    ESTABLISH_BINDING = "establish_binding", _("make a binding public on documents")
    VOID_LABEL = "void_label", _("take a public label back")
    SUSPEND_AGENCY = "suspend_agency", _("suspend or end an agency’s admission")
    CLOSE_AGENCY = "close_agency", _("merge or deregister an agency")


@dataclass(frozen=True, slots=True)
class Care:
    """What a sensitive act asks for.

    `verbs`: one of them is needed to do it, or to propose it; none where it is about oneself.
    `minutes`: how long ago somebody may have signed in. `second`: what the second person must be
    able to do, where one is needed; such an act also asks for a reason and for the typed name of
    what it is about. `days`: how long a proposal waits before it lapses. `carried_by`: by kind of
    subject the module whose `carry_out` does what was approved (by name, because it may lie in a
    higher app).
    """

    verbs: tuple[Verb, ...]
    minutes: int = 10
    second: Verb | None = None
    days: int = 7
    carried_by: Mapping[str, str] = field(default_factory=dict)


SENSITIVE: dict[Sensitive, Care] = {
    Sensitive.CHANGE_FACTOR: Care(()),
    Sensitive.ISSUE_KEY: Care((Verb.MANAGE_KEYS, Verb.MANAGE_AGENCY)),
    Sensitive.GRANT_ROLE: Care(
        (Verb.MANAGE_GRANTS,),
        second=Verb.MANAGE_GRANTS,
        carried_by={"person": "accounts.actions.grants"},
    ),
    Sensitive.INVITE_OWNER: Care((Verb.REGISTER_AGENCIES, Verb.MANAGE_AGENCY)),
    Sensitive.CHANGE_ACCESS: Care((Verb.MANAGE_GRANTS,)),
    Sensitive.RESET_FACTORS: Care((Verb.MANAGE_GRANTS,), minutes=5),
    Sensitive.DECIDE_PROPOSAL: Care((Verb.SEE_APPROVALS,), minutes=5),
    Sensitive.REVEAL_CONTACT: Care((Verb.WORK_CASES,)),
    Sensitive.ESTABLISH_BINDING: Care(
        (Verb.ESTABLISH_BINDINGS,),
        second=Verb.ESTABLISH_BINDINGS,
        carried_by={"binding": "agencies.actions.establishing"},
    ),
    # A case is worked on by moderators; whoever may decide disputes is the second person.
    Sensitive.VOID_LABEL: Care(
        (Verb.WORK_CASES, Verb.DECIDE_DISPUTES),
        second=Verb.DECIDE_DISPUTES,
        days=3,
        carried_by={
            "dispute": "agencies.actions.upholding",
            "case": "reports.actions.decisions",
        },
    ),
    Sensitive.SUSPEND_AGENCY: Care(
        (Verb.DECIDE_ADMISSIONS,),
        second=Verb.DECIDE_ADMISSIONS,
        carried_by={"admission": "agencies.actions.admissions"},
    ),
    # It changes the public labels of all of its accounts at once.
    Sensitive.CLOSE_AGENCY: Care(
        (Verb.CLOSE_AGENCIES,),
        second=Verb.CLOSE_AGENCIES,
        carried_by={"agency": "agencies.actions.endings"},
    ),
}


def may_propose(actor: Actor, act: Sensitive) -> bool:
    """Whether the actor may do a sensitive act, or propose it where it takes two."""
    return any(may(actor, verb) for verb in SENSITIVE[act].verbs)


def may_second(actor: Actor, act: Sensitive) -> bool:
    """Whether the actor may be the second person."""
    second = SENSITIVE[act].second
    return second is not None and may(actor, second)


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
    Entry(_("Agencies"), "agencies:agencies", None, "public", "building"),
    Entry(_("Report"), "reports:report", None, "public", "flag"),
    Entry(_("Rules"), "disclosure:about_rules", None, "public", "scale"),
    Entry(_("About"), "disclosure:about", None, "public", "info"),
    Entry(_("Developers"), "disclosure:developers", None, "public", "code"),
    Entry(_("Your account"), "disclosure:creator", None, "public", "user-check"),
    Entry(_("API"), "accounts:try_api", None, "footer", "code"),
    Entry(_("Is a page genuine?"), "disclosure:confirm_check", None, "footer", "shield-check"),
    Entry(_("Follow a report"), "reports:track", None, "footer", "flag"),
    Entry(_("Cases"), "reports:queue", Verb.SEE_CASES, "staff", "gavel"),
    Entry(_("Home"), "dashboards:portal", Verb.SEE_DESK, "staff", "dashboard"),
    Entry(_("Contracts"), "agencies:contracts", Verb.SEE_CONTRACTS, "staff", "file-text"),
    Entry(_("Contract review"), "agencies:reviews", Verb.SEE_CONTRACTS, "staff", "checklist"),
    Entry(_("Own accounts"), "agencies:roster", Verb.SEE_CONTRACTS, "staff", "users"),
    Entry(_("Disputes"), "agencies:disputes", Verb.SEE_CONTRACTS, "staff", "message-question"),
    Entry(_("Platforms"), "agencies:own_admissions", Verb.SEE_DESK, "staff", "building"),
    Entry(_("Members"), "agencies:people", Verb.SEE_DESK, "staff", "user-check"),
    Entry(_("Overview"), "dashboards:overview", Verb.SEE_DASHBOARDS, "staff", "dashboard"),
    Entry(_("Approvals"), "accounts:approvals", Verb.SEE_APPROVALS, "staff", "checklist"),
    Entry(_("Coverage"), "dashboards:coverage", Verb.SEE_DASHBOARDS, "staff", "chart"),
    Entry(_("Accounts"), "influencers:profiles", Verb.SEE_PROFILES, "staff", "users"),
    Entry(_("Duties"), "disclosure:duties", Verb.SEE_DUTIES, "staff", "checklist"),
    Entry(_("Disclosure rules"), "disclosure:rules", Verb.SEE_RULES, "staff", "scale"),
    Entry(_("Imports"), "influencers:imports", Verb.SEE_IMPORTS, "staff", "upload"),
    Entry(_("Runs"), "dashboards:runs", Verb.SEE_RUNS, "staff", "refresh"),
    Entry(_("Journal"), "dashboards:journal", Verb.SEE_JOURNAL, "staff", "book"),
    Entry(_("Contract reviews"), "agencies:asked_reviews", Verb.SEE_REVIEWS, "staff", "checklist"),
    Entry(_("Agencies"), "agencies:manage", Verb.REGISTER_AGENCIES, "staff", "building"),
    Entry(_("Admissions"), "agencies:admissions", Verb.SEE_ADMISSIONS, "staff", "id-badge-2"),
    Entry(_("Disputes"), "agencies:all_disputes", Verb.SEE_DISPUTES, "staff", "message-question"),
    Entry(_("Unanswered claims"), "agencies:claims", Verb.ESTABLISH_BINDINGS, "staff", "hourglass"),
    Entry(_("Codes in profiles"), "influencers:proofs", Verb.CHECK_PROOFS, "staff", "id-badge-2"),
    Entry(_("People"), "accounts:grants", Verb.MANAGE_GRANTS, "staff", "user-check"),
    Entry(_("API keys"), "accounts:keys", Verb.MANAGE_KEYS, "staff", "key"),
    Entry(_("Design"), "accounts:design", Verb.SEE_DESIGN, "staff", "palette"),
)
