"""The public register: who stands in it, and whom an address leads to.

What a search text means lies below, in influencers.queries.search. A misspelt word is looked for
only where nothing was found as written.
"""

from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.lookups import TrigramWordSimilar
from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Greatest, Upper

from disclosure.values import State
from influencers.models import Platform, Profile, ProfileHandle, TierScheme
from influencers.models.profiles import Bigrams
from influencers.queries.search import UNSPACED, Sought
from journal.values import Actor

ORDER = ("-rank", "-pk")


def platforms(actor: Actor) -> QuerySet[Any, Any]:
    """The platforms, each with the `floors` of its current tier scheme (empty without one)."""
    scheme = TierScheme.objects.filter(platform=OuterRef("pk"), current=True)
    floors = Coalesce(
        Subquery(scheme.values("floors")[:1]), [], output_field=TierScheme._meta.get_field("floors")
    )
    return Platform.objects.visible_to(actor).annotate(floors=floors)


def readable(actor: Actor) -> QuerySet[Profile, Any]:
    """The accounts whose page the actor may open: the public ones, and what its grants reach."""
    if actor.roles and actor.is_limited:
        mine = Profile.objects.visible_to(actor).values("pk")
        return Profile.objects.filter(Q(pk__in=mine) | Q(pk__in=Profile.objects.public()))
    return Profile.objects.visible_to(actor)


def with_standing(profiles: QuerySet[Profile, Any]) -> QuerySet[Profile, Any]:
    """Adds `state`, what the label pass last saw, for lists; a single label is never read here."""
    return profiles.select_related("platform").annotate(
        rank=Coalesce("tier", -1),
        state=Coalesce(F("standing__state"), Value(State.NONE.value)),
    )


def listed() -> QuerySet[Profile, Any]:
    """What the register lists, the same for everybody; `rank` is the tier, unknown ones last.

    Accounts of minors are in no list: they are found by their name or address, nothing else, so
    that no filter can tell what the register keeps to itself.
    """
    return with_standing(Profile.objects.public()).exclude(influencer__minor=True)


def similar(profiles: QuerySet[Profile, Any], sought: Sought, limit: int) -> list[Profile]:
    """The accounts with the most similar names, for a search that found nothing as written."""
    text = " ".join(sought.words)
    if len(text) < 3:
        return []
    name, handle, upper = Upper("display_name"), Upper("handle"), Upper(Value(text))
    if UNSPACED.search(text):
        profiles = profiles.annotate(likeness=_likeness(upper, name)).filter(likeness__gte=0.3)
        profiles = profiles.alias(bigrams=Bigrams(name)).filter(bigrams__overlap=Bigrams(upper))
    else:
        profiles = profiles.annotate(
            likeness=Greatest(_likeness(upper, name), _likeness(upper, handle))
        ).filter(TrigramWordSimilar(name, upper) | TrigramWordSimilar(handle, upper))
    return list(profiles.order_by("-likeness", *ORDER)[:limit])


def _likeness(text: Any, column: Any) -> TrigramWordSimilarity:
    """How like a word of `column` the text is, from 0 to 1. The class takes any expression."""
    return TrigramWordSimilarity(text, column)


@dataclass(frozen=True, slots=True)
class Found:
    """An account that an address leads to; `moved`: by an older name, it has another address."""

    profile: Profile
    moved: bool


def find(platform: str, name: str, actor: Actor) -> Found | None:
    """The account that `/profiles/<platform>/<name>` speaks of, or None.

    Its permanent id, or the bare handle of one whose id is not known. Failing these, whoever holds
    that handle now; while nobody does, whoever held it last. A handle that somebody else took over
    leads to its new holder, whose history is not the old one's.
    """
    pages = readable(actor).select_related("platform", "influencer")
    here = pages.filter(platform__code=platform, external_id=name).order_by("provisional").first()
    if here is not None:
        return Found(here, moved=False)
    holder = (
        ProfileHandle.objects.filter(platform__code=platform, handle=name)
        .order_by(F("during__endswith").desc(nulls_first=True))
        .first()
    )
    there = pages.filter(pk=holder.profile_id).first() if holder else None
    return Found(there, moved=True) if there else None
