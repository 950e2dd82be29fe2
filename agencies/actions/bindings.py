"""Which account a contract holds. A claim is the agency's; confirming it never is."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Sensitive, Verb, may
from agencies.actions import terms
from agencies.actions.terms import BindingRefused as BindingRefused
from agencies.actions.two import must_be_two
from agencies.models import ALL_LINES, WORLD, Binding, Contract
from agencies.models.fields import IntMultirangeField, Parts
from influencers.models import Profile
from journal import actions as journal
from journal.values import Actor, ActorKind, Audience

# An agency's claims on one account that may wait at once: its holder has to answer them all.
MOST_WAITING = 20


class BindingBlocked(BindingRefused):
    """Somebody holds the account exclusively in these scopes: says for which days, not who."""

    def __init__(self, during: DateRange) -> None:
        first, last = during.lower, during.upper
        if last is None:
            text = _("The account is bound exclusively from %(first)s on.") % {"first": first}
        else:
            text = _("The account is bound exclusively from %(first)s to %(last)s.") % {
                "first": first,
                "last": last - timedelta(days=1),
            }
        super().__init__(text, "during")
        self.during = during


@transaction.atomic
def claim(
    contract: Contract,
    profile: Profile,
    *,
    during: DateRange,
    by: Actor,
    lines: Parts = ALL_LINES,
    territory: Parts = WORLD,
    exclusive: bool = True,
) -> Binding:
    """The agency says that the contract covers the account. Nothing becomes public by it.

    Said twice it is one claim. A second exclusive claim of another contract is kept as well: who
    is right is for the account to say. Raises BindingRefused when the period lies outside of the
    contract's, when the contract was withdrawn, when it already claims the account for one of these
    days, or above MOST_WAITING; PermissionError for who may not edit the agency's contracts.
    """
    _must_edit(by, contract.agency_id)
    lock([profile.pk])
    contract = Contract.objects.select_for_update(no_key=True).get(pk=contract.pk)
    if contract.status != Contract.Status.KEPT:
        raise BindingRefused(_("This contract was withdrawn."))
    terms.must_lie_within(during, contract.during)
    same = contract.bindings.filter(profile=profile, during__overlap=during)
    for row in same.exclude(status__in=["void", "refused", "withdrawn"]):
        said = (row.status, row.during, row.lines, row.territory, row.exclusive)
        if said == (Binding.Status.CLAIMED, during, lines, territory, exclusive):
            return row
        if not terms.collide(row, during, lines, territory):
            continue
        raise BindingRefused(code="covered", field="during")
    waiting = Binding.objects.filter(
        agency_id=contract.agency_id, profile=profile, status=Binding.Status.CLAIMED
    )
    if waiting.count() >= MOST_WAITING:
        raise BindingRefused(code="waiting")
    binding = Binding.objects.create(
        contract=contract,
        agency_id=contract.agency_id,
        profile=profile,
        lines=lines,
        territory=territory,
        during=during,
        exclusive=exclusive,
    )
    _record("binding.claimed", binding, by, public=False)
    return binding


@transaction.atomic
def amend(
    binding: Binding,
    *,
    by: Actor,
    during: DateRange | None = None,
    lines: Parts | None = None,
    territory: Parts | None = None,
) -> Binding:
    """Other days or scopes. What was confirmed may shrink; to grow it needs a new claim.

    Raises BindingRefused for what would say more than was confirmed, and for an agency that takes
    first days away from it, which the public page has shown; PermissionError for who may not edit
    the agency's contracts.
    """
    _must_edit_or_own(by, binding)
    binding = _locked(binding)
    during = during if during is not None else binding.during
    lines = lines if lines is not None else binding.lines
    territory = territory if territory is not None else binding.territory
    if binding.status not in (Binding.Status.CLAIMED, *_PUBLIC):
        raise BindingRefused(_("This binding is over."))
    terms.must_lie_within(during, binding.contract.during)
    public = binding.status in _PUBLIC
    by_agency = by.kind is not ActorKind.LINK
    terms.may_become(binding, during, lines, territory, by_agency=by_agency)
    binding.during, binding.lines, binding.territory = during, lines, territory
    binding.save(update_fields=["during", "lines", "territory"])
    _record("binding.amended", binding, by, public=public)
    return binding


@transaction.atomic
def end(binding: Binding, *, last_day: date, by: Actor) -> Binding:
    """The binding ends after `last_day`; it must have begun by then.

    Raises BindingRefused; PermissionError for whoever is neither its agency nor its account, nor
    decides disputes.
    """
    if not may(by, Verb.DECIDE_DISPUTES) or by.agency_ids:
        _must_edit_or_own(by, binding)
    binding = _locked(binding)
    if binding.status not in (Binding.Status.CLAIMED, *_PUBLIC):
        raise BindingRefused(_("This binding is over."))
    lower, upper = binding.during.lower, binding.during.upper
    if last_day < lower:
        raise BindingRefused(_("The binding begins after this day."), "last_day")
    if upper is not None and last_day >= upper:
        raise BindingRefused(_("The binding ends before this day."), "last_day")
    binding.during = DateRange(lower, last_day + timedelta(days=1))
    binding.save(update_fields=["during"])
    _record("binding.ended", binding, by, public=binding.status in _PUBLIC)
    return binding


@transaction.atomic
def withdraw(binding: Binding, *, by: Actor) -> Binding:
    """The agency takes back a claim that nobody confirmed."""
    _must_edit(by, binding.agency_id)
    return _move(binding, Binding.Status.WITHDRAWN, "binding.withdrawn", by, public=False)


@transaction.atomic
def refuse(binding: Binding, *, by: Actor, reason: str = "") -> Binding:
    """The account says no to a claim. Nothing of it was or becomes public."""
    _not_the_agency(by)
    return _move(
        binding, Binding.Status.REFUSED, "binding.refused", by, public=False, reason=reason
    )


@transaction.atomic
def confirm(
    binding: Binding,
    *,
    by: Actor,
    basis: str,
    proof: str,
    during: DateRange | None = None,
    proposed_by: Actor | None = None,
) -> Binding:
    """Makes a claim public, on the word of the account, the platform, or on documents.

    `proof` says how control or record was checked. `during` narrows the period to what the account
    says is right. Raises PermissionError for any actor of an agency, and BindingBlocked when
    another exclusive binding holds the account then. On documents it takes two people: NeedsTwo.
    """
    _not_the_agency(by)
    binding = _locked(binding)
    if basis == Binding.Basis.DOCUMENTS:
        must_be_two(Sensitive.ESTABLISH_BINDING, binding.profile, by=by, proposed_by=proposed_by)
    if binding.status == Binding.Status.CONFIRMED:
        return binding
    if binding.status != Binding.Status.CLAIMED:
        raise BindingRefused(_("This claim is over."))
    if during is not None:
        terms.must_lie_within(during, binding.contract.during)
        binding.during = during
    today = binding.profile.platform.today(timezone.now())
    binding.status, binding.basis, binding.proof = Binding.Status.CONFIRMED, basis, proof
    binding.confirmed_on = binding.last_confirmed_on = today
    with naming_the_blocked(binding):
        binding.save()
    _record("binding.confirmed", binding, by, public=True, changes={"basis": basis})
    return binding


@transaction.atomic
def affirm(binding: Binding, *, by: Actor, proof: str) -> Binding:
    """The account says again that a public binding is right: from now on it is this holder's word.

    Raises BindingRefused for one that is not in effect, PermissionError for any actor of an agency.
    """
    _not_the_agency(by)
    binding = _locked(binding)
    if binding.status != Binding.Status.CONFIRMED:
        raise BindingRefused(_("This binding is over."))
    today = binding.profile.platform.today(timezone.now())
    binding.basis, binding.proof = Binding.Basis.CREATOR, proof
    binding.confirmed_on = binding.last_confirmed_on = today
    binding.save(update_fields=["basis", "proof", "confirmed_on", "last_confirmed_on"])
    _record("binding.affirmed", binding, by, public=True, changes={"basis": binding.basis})
    return binding


@transaction.atomic
def suspend(binding: Binding, *, by: Actor, reason: str) -> Binding:
    """Takes a confirmed binding out of effect until it is confirmed again or void."""
    _not_the_agency(by)
    return _move(
        binding, Binding.Status.SUSPENDED, "binding.suspended", by, public=True, reason=reason
    )


@transaction.atomic
def void(binding: Binding, *, by: Actor, reason: str, proposed_by: Actor | None = None) -> Binding:
    """The binding never held: it is void from its start. What was known before stays readable.

    A public label is taken back by two people (NeedsTwo), unless the account's holder does it.
    """
    _not_the_agency(by)
    if by.kind is not ActorKind.LINK and (held := _locked(binding)).status in _PUBLIC:
        must_be_two(Sensitive.VOID_LABEL, held.profile, by=by, proposed_by=proposed_by)
    return _move(binding, Binding.Status.VOID, "binding.voided", by, public=True, reason=reason)


_PUBLIC = (Binding.Status.CONFIRMED, Binding.Status.SUSPENDED)


def lock(profile_ids: list[int]) -> None:
    """Locks profiles in id order. Every writer of bindings does it first: with the exclusion
    constraint alone 16 writers ran into 30 deadlocks, with this into none."""
    list(Profile.objects.filter(pk__in=profile_ids).order_by("pk").select_for_update(no_key=True))


def _locked(binding: Binding) -> Binding:
    lock([binding.profile_id])
    return (
        Binding.objects.select_related("contract", "profile__platform")
        .select_for_update(no_key=True, of=("self",))
        .get(pk=binding.pk)
    )


def _move(
    binding: Binding, status: str, verb: str, by: Actor, *, public: bool, reason: str = ""
) -> Binding:
    binding = _locked(binding)
    if binding.status == status:
        return binding
    from_public = binding.status in _PUBLIC
    binding.status, binding.reason = status, reason[:300]
    try:
        with transaction.atomic():
            binding.save(update_fields=["status", "reason"])
    except IntegrityError as problem:
        if from_public:
            text = _("This was confirmed: it can end, and no longer be taken back.")
            raise BindingRefused(text) from problem
        raise BindingRefused(_("This binding is over.")) from problem
    _record(verb, binding, by, public=public and from_public)
    return binding


def _must_edit(by: Actor, agency_id: int) -> None:
    if not may(by, Verb.EDIT_CONTRACTS, agency=agency_id):
        raise PermissionError(Verb.EDIT_CONTRACTS)


def _must_edit_or_own(by: Actor, binding: Binding) -> None:
    """The account's holder comes by a link or a proof, which the caller has checked."""
    if by.kind is not ActorKind.LINK:
        _must_edit(by, binding.agency_id)


def _not_the_agency(by: Actor) -> None:
    """An agency never confirms, refuses or voids, whatever else the person may be."""
    if by.agency_ids:
        raise PermissionError("an agency does not decide on its own claim")
    if by.kind is ActorKind.NOBODY:
        raise PermissionError("somebody has to answer")


@contextmanager
def naming_the_blocked(binding: Binding) -> Iterator[None]:
    """Turns the exclusion constraint's error into BindingBlocked, with the period only."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as problem:
        diagnosis = getattr(problem.__cause__, "diag", None)
        if getattr(diagnosis, "constraint_name", "") != "binding_exclusive":
            raise
        raise BindingBlocked(_blocked(binding)) from problem


def _blocked(binding: Binding) -> DateRange:
    numbers = IntMultirangeField()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT blocked_until(%s, %s::int4multirange, %s::int4multirange, %s::daterange)",
            [
                binding.profile_id,
                numbers.get_prep_value(binding.lines),
                numbers.get_prep_value(binding.territory),
                binding.during,
            ],
        )
        during: DateRange = cursor.fetchone()[0]
    return during


def _record(
    verb: str, binding: Binding, by: Actor, *, public: bool, changes: dict[str, Any] | None = None
) -> None:
    upper = binding.during.upper
    journal.record(
        verb,
        binding,
        by=by,
        audience=Audience.PUBLIC if public else Audience.PARTIES,
        platform=binding.profile.platform.code,
        profile_id=binding.profile_id,
        agency_ids=[binding.agency_id],
        changes={
            **(changes or {}),
            "status": binding.status,
            "since": binding.during.lower.isoformat(),
            "until": upper.isoformat() if upper else None,
        },
    )
