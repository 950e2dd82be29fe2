"""Reads of profiles across their past."""

from datetime import date, datetime

from django.db.models import F, OuterRef, Subquery

from influencers.models import Observation, Profile, TierChange
from journal.models import Event, Leaf
from journal.values import Actor


def tier_on(profile: Profile, day: date, known_at: datetime | None = None) -> int | None:
    """The tier that a profile had on `day` as the register knew it at `known_at` (now).

    None: no count was known. Of the changes that take effect on that day or before, the one that
    was recorded last stands: whatever it corrected was recorded before it.
    """
    said = TierChange.objects.filter(profile=profile, effective_on__lte=day)
    if known_at is not None:
        said = said.filter(recorded_at__lte=known_at)
    return said.order_by("-id").values_list("tier", flat=True).first()


def tier_changes(profile: Profile, known_at: datetime | None = None) -> list[TierChange]:
    """The changes of a profile's tier with their causes, newest first.

    As the register knew them at `known_at` (now): without those that a later record replaced, and
    without the records that only take one back.
    """
    said = TierChange.objects.filter(profile=profile)
    if known_at is not None:
        said = said.filter(recorded_at__lte=known_at)
    standing: list[TierChange] = []
    replaced_from = date.max
    for change in said.order_by("-id"):
        if change.effective_on < replaced_from:
            replaced_from = change.effective_on
            if change.from_tier != change.tier:
                standing.append(change)
    return standing


def line(profile: Profile, most: int) -> list[int]:
    """The newest counts of a profile, `most` at most, oldest first."""
    newest = Observation.objects.filter(profile=profile).order_by("-day")
    return list(newest.values_list("followers", flat=True)[:most])[::-1]


def entries(profile: Profile, actor: Actor, most: int) -> list[Event]:
    """What the journal says of a profile to the actor, newest first. One query."""
    seq = Leaf.objects.filter(event_id=OuterRef("pk")).values("seq")
    return list(
        Event.objects.visible_to(actor, profile_id=profile.pk)
        .filter(profile_id=profile.pk)
        .annotate(seq=Subquery(seq))
        .order_by(F("seq").desc(nulls_first=True), "-pk")[:most]
    )
