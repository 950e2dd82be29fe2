"""Asking the holders of many accounts at once about an agency's claims: what `confirmations.ask`
does for one account, in a fixed number of statements."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from accounts.models import Notice
from accounts.values import hashed, new_code, new_token
from agencies.actions import bulk, confirmations
from agencies.models import Agency, Binding, Confirmation
from influencers.models import Profile
from journal import actions as journal
from journal.values import Actor, Audience


def profiles_of(binding_ids: Iterable[int | None]) -> list[int]:
    """Accounts of claims that still wait for an answer."""
    waiting = Binding.objects.filter(pk__in=list(binding_ids), status=Binding.Status.CLAIMED)
    return sorted(set(waiting.values_list("profile_id", flat=True)))


@transaction.atomic
def ask_all(agency: Agency, profile_ids: Collection[int], *, by: Actor) -> dict[str, int]:
    """Asks the holder of each account about all claims of the agency that wait.

    As `confirmations.ask`: accounts that are gone are left out, so are those that were asked about
    the same claims within AGAIN_AFTER (`waiting`) or often enough in a week (`often`). The caller
    has asked who may. Returns counts of these and of `asked`.
    """
    bulk.hold(set(profile_ids), set(), settings.RANGE_SIZE)
    now, counts = timezone.now(), Counter[str]()
    profiles = Profile.objects.select_related("platform").in_bulk(list(profile_ids))
    claims: dict[int, list[int]] = {}
    waiting = agency.bindings.filter(profile__in=profile_ids, status=Binding.Status.CLAIMED)
    for pk, profile_id in waiting.order_by("pk").values_list("pk", "profile_id"):
        claims.setdefault(profile_id, []).append(pk)
    earlier = agency.confirmations.filter(profile__in=profile_ids)
    open_ = {each.profile_id: each for each in earlier.filter(status="waiting")}
    recent = earlier.values("profile_id").order_by()
    asked = recent.annotate(n=Count("pk", filter=Q(asked_at__gt=now - timedelta(days=7))))
    often = {row["profile_id"]: row["n"] for row in asked}
    fresh: list[tuple[Confirmation, str]] = []
    replaced: list[int] = []
    for pk, ids in sorted(claims.items()):
        profile, before = profiles[pk], open_.get(pk)
        if profile.status in (Profile.Status.REVOKED, Profile.Status.CLOSED):
            counts["gone"] += 1
            continue
        if before is not None:
            before.profile = profile
            same = before.binding_ids == ids and not confirmations.why_over(before, now)
            if same and before.asked_at > now - confirmations.AGAIN_AFTER:
                counts["waiting"] += 1
                continue
        if often.get(pk, 0) >= confirmations.MOST_IN_A_WEEK:
            counts["often"] += 1
            continue
        if before is not None:
            replaced.append(before.pk)
        fresh.append(_question(agency, profile, ids))
    counts["asked"] = len(fresh)
    Confirmation.objects.filter(pk__in=replaced).update(status=Confirmation.Status.REPLACED)
    _send(agency, fresh, by)
    return dict(counts)


def _question(agency: Agency, profile: Profile, ids: list[int]) -> tuple[Confirmation, str]:
    token = new_token()
    row = Confirmation(
        agency=agency,
        profile=profile,
        binding_ids=ids,
        token_hash=hashed(token),
        check_code=new_code(confirmations.CHECK_CODE_LENGTH),
        expires_at=timezone.now() + confirmations.OPEN_FOR,
    )
    return row, token


def _send(agency: Agency, fresh: list[tuple[Confirmation, str]], by: Actor) -> None:
    questions = [question for question, _ in fresh]
    Confirmation.objects.bulk_create(questions)
    notices = [
        confirmations.notice_of(question, agency, question.profile, token)
        for question, token in fresh
    ]
    Notice.objects.bulk_create(notices)
    for question, notice in zip(questions, notices, strict=True):
        question.notice_id = notice.pk
    Confirmation.objects.bulk_update(questions, ["notice_id"], batch_size=1000)
    journal.record_many(
        [
            journal.entry(
                "confirmation.asked",
                question,
                by=by,
                audience=Audience.PARTIES,
                platform=question.profile.platform.code,
                profile_id=question.profile_id,
                agency_ids=[agency.pk],
                changes={"claims": len(question.binding_ids)},
            )
            for question in questions
        ]
    )
