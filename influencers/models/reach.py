"""Which rows lie within what a grant reaches: the one home of that rule for whatever hangs on an
account. For single objects `Actor.reaches` says the same."""

from django.db.models import Q

from journal.values import Actor


def reached(actor: Actor, path: str = "profile__") -> Q:
    """Rows whose account (found by `path`) is of the platforms and territories that the actor
    reaches. Without limits all rows, also those without an account."""
    within = Q()
    if actor.platforms:
        within &= Q(**{f"{path}platform__code__in": sorted(actor.platforms)})
    if actor.territories:
        within &= Q(**{f"{path}ip_territory__in": sorted(actor.territories)})
    return within


def reached_or_of_none(actor: Actor) -> Q:
    """For rows with a `platform` (code) of their own and an account that may be missing: what is
    about no platform, or about nothing that has a territory, is for all."""
    within = Q()
    if actor.platforms:
        within &= Q(platform__in=sorted(actor.platforms)) | Q(platform="")
    if actor.territories:
        within &= Q(profile__isnull=True) | Q(profile__ip_territory__in=sorted(actor.territories))
    return within
