"""Whether somebody stands on the blacklist, in whichever way they come back."""

from collections.abc import Collection
from datetime import date

from django.db.models import Q

from agencies.models import Agency, Blacklisted, Group, Ownership


def listed(
    credit_code: str, day: date, *, hashes: Collection[str] = (), groups: Collection[int] = ()
) -> list[Blacklisted]:
    """Entries in force on a day for this credit code, for one of these hashes of legal
    representatives, or for a firm that belongs to one of these groups then. Two queries at most.

    Asked in staff's sight: for everybody else the list is empty.
    """
    about = Q(credit_code=credit_code) | Q(legal_hash__in=[each for each in hashes if each])
    if groups:
        kin = Agency.objects.filter(
            ownerships__group__in=groups, ownerships__during__contains=day
        ).exclude(credit_code=credit_code)
        about |= Q(credit_code__in=kin.values("credit_code"))
    return list(Blacklisted.objects.in_force(day).filter(about).order_by("-pk").distinct())


def hashes_of(agency: Agency) -> list[str]:
    """Hashes of the legal representatives that its applications named."""
    rows = agency.applications.exclude(legal_hash="").values_list("legal_hash", flat=True)
    return sorted(set(rows))


def groups_above(group: Group | None, day: date) -> list[int]:
    """The group and those that it belongs to on a day, from itself upwards."""
    found: list[int] = []
    number = group.pk if group else None
    while number is not None and number not in found:
        found.append(number)
        owner = Ownership.objects.filter(part=number, during__contains=day).first()
        number = owner.group_id if owner else None
    return found
