"""Asking the holder of an account about an agency's claims, and taking the answers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Notice
from accounts.permissions import Verb, may
from accounts.values import hashed, new_code, new_token
from agencies.actions import bindings
from agencies.models import Agency, Binding, Confirmation
from agencies.models.fields import Parts
from influencers.actions import proofs
from influencers.models import Profile
from influencers.queries import holds
from journal import actions as journal
from journal.actions.context import PASS, seeing
from journal.models import Event
from journal.values import Actor, ActorKind, Audience

OPEN_FOR = timedelta(days=14)
AGAIN_AFTER = timedelta(days=1)
# An agency may be wrong, and the holder of an account is not to be pestered by it.
MOST_IN_A_WEEK = 5
CHECK_CODE_LENGTH = 8

# Both languages travel together: the register does not know which one the holder reads. The link
# stands here and nowhere else.
TOLD = {
    "en": (
        "{agency} says in the Mingpai register that it manages your account. Nothing of this is"
        " public yet. Please say what is right: {link} Give the address to nobody, also not to the"
        " agency. It can be answered until {until}."
    ),
    "zh-Hans": (
        "{agency}在明牌公示系统中称其正在管理您的账号。该信息目前尚未公开。请确认是否属实：{link} "
        "请勿将此地址转交他人，包括该机构。请最晚于 {until} 答复。"
    ),
}


class ConfirmationRefused(ValueError):
    """The question or the answer cannot stand; the text says why, for a person."""


class ConfirmationOver(ConfirmationRefused):
    """It cannot be answered any more; its text is the word of `why_over`."""


class AnswerRefused(ConfirmationRefused):
    """One of the answers cannot be carried out, so none was. `field` is one of Answer."""

    def __init__(self, text: str, binding_id: int, field: str = "reply") -> None:
        super().__init__(text)
        self.binding_id, self.field = binding_id, field


Reply = Confirmation.Reply


@dataclass(frozen=True, slots=True)
class Answer:
    """What the holder says of one claim. Days are of the account's platform; `last_day` None with
    OTHER means that no end is known. `lines` narrows the business lines. `seen` is when the claim
    became what the holder has read of it (its `known_from`); None where that is known otherwise."""

    reply: str
    since: date | None = None
    last_day: date | None = None
    lines: Parts | None = None
    seen: datetime | None = None


@transaction.atomic
def ask(agency: Agency, profile: Profile, *, by: Actor) -> tuple[Confirmation, bool]:
    """Asks the holder of the account about all claims of the agency that wait for an answer.

    The platform delivers the question; whoever asks never sees its address. Returns it, and whether
    it is a new one: asked again about the same claims within AGAIN_AFTER, the question that waits
    is returned and nothing is sent. Raises PermissionError for
    who may not edit the agency's contracts; ConfirmationRefused when no claim waits, for an
    account that is revoked or closed, and above MOST_IN_A_WEEK.
    """
    if not may(by, Verb.EDIT_CONTRACTS, agency=agency.pk):
        raise PermissionError(Verb.EDIT_CONTRACTS)
    bindings.lock([profile.pk])
    profile = Profile.objects.select_related("platform").get(pk=profile.pk)
    claims = agency.bindings.filter(profile=profile, status=Binding.Status.CLAIMED)
    ids = list(claims.order_by("pk").values_list("pk", flat=True))
    if not ids:
        raise ConfirmationRefused(_("No claim on this account waits for an answer."))
    if profile.status in (Profile.Status.REVOKED, Profile.Status.CLOSED):
        raise ConfirmationRefused(_("This account is revoked or closed."))
    now = timezone.now()
    earlier = agency.confirmations.filter(profile=profile)
    waiting = earlier.filter(status=Confirmation.Status.WAITING).first()
    same = waiting is not None and waiting.binding_ids == ids and not why_over(waiting, now)
    if waiting and same and waiting.asked_at > now - AGAIN_AFTER:
        return waiting, False
    if earlier.filter(asked_at__gt=now - timedelta(days=7)).count() >= MOST_IN_A_WEEK:
        raise ConfirmationRefused(_("The account was asked often enough within seven days."))
    if waiting:
        waiting.status = Confirmation.Status.REPLACED
        waiting.save(update_fields=["status"])
    token = new_token()
    confirmation = Confirmation.objects.create(
        agency=agency,
        profile=profile,
        binding_ids=ids,
        token_hash=hashed(token),
        check_code=new_code(CHECK_CODE_LENGTH),
        expires_at=now + OPEN_FOR,
    )
    notice = notice_of(confirmation, agency, profile, token)
    notice.save()
    confirmation.notice_id = notice.pk
    confirmation.save(update_fields=["notice_id"])
    _record("confirmation.asked", confirmation, by, {"claims": len(ids)})
    return confirmation, True


@transaction.atomic
def answer(confirmation: Confirmation, answers: Mapping[int, Answer], *, by: Actor) -> str | None:
    """Takes the answers of whoever holds the question's address: one for each claim, by its id.

    Carries out all of them or none. Who answers has proven control of the account: returns the
    secret of the proof, or None where they say that it is not theirs, and when it was answered
    before, which does nothing. Raises AnswerRefused for a claim without an answer, for days that
    cannot be, for "not mine" beside another answer, and where another agency holds the account
    exclusively; ConfirmationOver; PermissionError for anybody but the holder of the address and
    for whoever works for an agency.
    """
    _the_holder(by)
    bindings.lock([confirmation.profile_id])
    with seeing(PASS):  # the rules ask the contract, which the account's holder does not see
        confirmation = Confirmation.objects.select_for_update(no_key=True).get(pk=confirmation.pk)
        if by.id != str(confirmation.public_id):
            raise PermissionError("an answer to another question")
        if confirmation.status == Confirmation.Status.ANSWERED:
            return None
        if over := why_over(confirmation, timezone.now()):
            raise ConfirmationOver(over)
        witness = f"confirmation:{confirmation.public_id}"
        _carry_out(waiting_claims(confirmation), answers, proof=witness, by=by)
        _close(confirmation, by)
    if any(each.reply == Reply.NOT_MINE for each in answers.values()):
        return None
    return proofs.grant(confirmation.profile, witness=witness, by=by)[1]


def why_over(confirmation: Confirmation, at: datetime) -> str:
    """Why the question cannot be answered (any more): `answered`, `replaced`, `expired`,
    `gone` for an account that is revoked or closed, or `handed` where somebody else answers for it
    since it was asked; "" where it can."""
    if confirmation.status != Confirmation.Status.WAITING:
        return str(confirmation.status)
    if confirmation.profile.status in (Profile.Status.REVOKED, Profile.Status.CLOSED):
        return "gone"
    if _handed_on(confirmation):
        return "handed"
    return "expired" if confirmation.expires_at <= at else ""


def _handed_on(confirmation: Confirmation) -> bool:
    """Whether the account changed hands since; of the day itself the journal knows the hour."""
    profile, asked_at = confirmation.profile, confirmation.asked_at
    changed = profile.principal_changed_on
    if changed is None or changed < profile.platform.today(asked_at):
        return False
    told = Event.objects.filter(profile_id=profile.pk, verb="profile.principal_changed")
    return told.filter(at__gt=asked_at).exists()


@transaction.atomic
def answer_claims(
    profile: Profile, answers: Mapping[int, Answer], *, by: Actor
) -> list[Confirmation]:
    """Takes answers to claims on the account from whoever has proven control of it.

    Claims without an answer go on waiting. Returns the questions that are answered by it; raises
    as `answer`.
    """
    _the_holder(by)
    if not holds(by, profile, timezone.now()):
        raise PermissionError("control of the account is not proven")
    bindings.lock([profile.pk])
    with seeing(PASS):
        claims = profile.bindings.filter(status=Binding.Status.CLAIMED, pk__in=list(answers))
        _carry_out(claims.order_by("pk"), answers, proof=f"proof:{by.id}", by=by)
        open_questions = profile.confirmations.filter(status=Confirmation.Status.WAITING)
        done = [
            each
            for each in open_questions.select_for_update(no_key=True).order_by("pk")
            if not waiting_claims(each)
        ]
        for each in done:
            _close(each, by)
    return done


@transaction.atomic
def affirm(binding: Binding, *, by: Actor) -> Binding:
    """Whoever holds the account now says that what an earlier holder confirmed is right.

    Raises PermissionError for whoever has not proven control; BindingRefused for one that is over.
    """
    _the_holder(by)
    if not holds(by, binding.profile, timezone.now()):
        raise PermissionError("control of the account is not proven")
    with seeing(PASS):
        return bindings.affirm(binding, by=by, proof=f"proof:{by.id}")


def waiting_claims(confirmation: Confirmation) -> list[Binding]:
    """The claims of the question that still wait: the agency may have taken some back."""
    claims = Binding.objects.filter(pk__in=confirmation.binding_ids, status=Binding.Status.CLAIMED)
    return list(claims.select_related("agency", "profile__platform").order_by("pk"))


def _carry_out(
    claims: Iterable[Binding], answers: Mapping[int, Answer], *, proof: str, by: Actor
) -> None:
    claims = list(claims)
    _must_agree(claims, answers)
    for claim in claims:
        said = answers.get(claim.pk)
        if said is None:
            raise AnswerRefused(_("Please answer for each claim."), claim.pk)
        try:
            _take(claim, said, proof, by)
        except bindings.BindingRefused as refusal:
            field = refusal.field if refusal.field in ("since", "last_day") else "reply"
            raise AnswerRefused(str(refusal), claim.pk, field) from refusal


def _must_agree(claims: Sequence[Binding], answers: Mapping[int, Answer]) -> None:
    """Whose account it is not cannot say of another claim on it that it is right, or was."""
    said = {claim.pk: answers[claim.pk].reply for claim in claims if claim.pk in answers}
    strangers = [pk for pk, reply in said.items() if reply == Reply.NOT_MINE]
    if strangers and len(strangers) < len(said):
        text = _(
            "“This account is not mine” goes for every claim: choose it for all of them, or for "
            "none. Nothing was recorded."
        )
        raise AnswerRefused(text, strangers[0])


def _take(claim: Binding, said: Answer, proof: str, by: Actor) -> None:
    if said.seen is not None and said.seen != claim.known_from:
        # Else an agency could change what it claims while somebody reads it.
        raise AnswerRefused(
            _("The agency has changed this claim in the meantime. Please read it again."), claim.pk
        )
    if said.reply in (Reply.NOT_AGREED, Reply.NOT_MINE):
        bindings.refuse(claim, by=by, reason=said.reply)
        return
    during = None
    if said.reply == Reply.OTHER:
        during = _days(claim, said.since or claim.during.lower, said.last_day)
    elif said.reply == Reply.ENDED:
        if said.last_day is None:
            raise AnswerRefused(_("Please say which day was the last."), claim.pk, "last_day")
        during = _days(claim, claim.during.lower, said.last_day)
    elif said.reply != Reply.RIGHT:
        raise AnswerRefused(_("Please choose one of the answers."), claim.pk)
    if said.lines is not None and said.lines != claim.lines:
        if not all(any(a <= lo and hi <= b for a, b in claim.lines) for lo, hi in said.lines):
            raise AnswerRefused(_("The claim does not cover these business lines."), claim.pk)
        claim = bindings.amend(claim, lines=said.lines, by=by)
    bindings.confirm(claim, by=by, basis=Binding.Basis.CREATOR, proof=proof, during=during)


def _days(claim: Binding, since: date, last_day: date | None) -> DateRange:
    if last_day is not None and last_day < since:
        raise AnswerRefused(_("The last day lies before the first."), claim.pk, "last_day")
    return DateRange(since, last_day + timedelta(days=1) if last_day else None)


def _close(confirmation: Confirmation, by: Actor) -> None:
    confirmation.status = Confirmation.Status.ANSWERED
    confirmation.answered_at = timezone.now()
    confirmation.save(update_fields=["status", "answered_at"])
    _record("confirmation.answered", confirmation, by, {})


def _the_holder(by: Actor) -> None:
    if by.kind is not ActorKind.LINK or by.agency_ids:
        raise PermissionError("the holder of the account answers, and nobody of an agency")


def notice_of(confirmation: Confirmation, agency: Agency, profile: Profile, token: str) -> Notice:
    """The question as the platform delivers it, not stored yet."""
    names = {"en": agency.name_en, "zh-Hans": agency.name_zh}
    link = f"{settings.PUBLIC_URL}/confirm/{token}/"
    until = timezone.localdate(confirmation.expires_at).isoformat()
    return Notice(
        recipient_kind=Notice.RecipientKind.PROFILE,
        recipient=f"{profile.platform.code}/{profile.external_id}",
        platform=profile.platform.code,
        subject_type="confirmation",
        subject_id=str(confirmation.pk),
        body={
            name: text.format(agency=names[name], link=link, until=until)
            for name, text in TOLD.items()
        },
    )


def _record(verb: str, confirmation: Confirmation, by: Actor, changes: dict[str, int]) -> None:
    journal.record(
        verb,
        confirmation,
        by=by,
        audience=Audience.PARTIES,
        platform=confirmation.profile.platform.code,
        profile_id=confirmation.profile_id,
        agency_ids=[confirmation.agency_id],
        changes=changes,
    )
