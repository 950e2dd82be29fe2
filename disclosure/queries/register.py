"""The public register: who stands in it, and how somebody finds an account.

Techniques and their measurements (a million accounts): two neighbouring characters are looked up in
an index of bigrams, because a trigram index cannot answer for two Chinese characters; Latin text
goes through trigrams; a misspelt word is looked for only where nothing was found as written.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from django.contrib.postgres.lookups import TrigramWordSimilar
from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Greatest, StrIndex, Upper
from django.db.models.lookups import GreaterThan

from disclosure.values import State
from influencers.models import Platform, Profile, ProfileHandle, TierScheme
from influencers.models.profiles import Bigrams
from journal.values import Actor

LONGEST = 200  # characters of a search; an account's own id is no longer
WORDS = 6
ORDER = ("-rank", "-pk")
# Scripts that write without spaces between words, where two characters already say something.
UNSPACED = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")
RUN_OF_THREE = re.compile(r"[^\W_]{3}")
ADDRESS = re.compile(r"(?:https?://\S+|(?:[\w-]+\.)+[a-z]{2,}/\S+)", re.IGNORECASE)


def platforms(actor: Actor) -> QuerySet[Any, Any]:
    """The platforms, each with the `floors` of its current tier scheme (empty without one)."""
    scheme = TierScheme.objects.filter(platform=OuterRef("pk"), current=True)
    floors = Coalesce(
        Subquery(scheme.values("floors")[:1]), [], output_field=TierScheme._meta.get_field("floors")
    )
    return Platform.objects.visible_to(actor).annotate(floors=floors)


def readable(actor: Actor) -> QuerySet[Profile, Any]:
    """The accounts whose page the actor may open: the public ones, and what its grants reach."""
    if actor.roles and actor.platforms:
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


@dataclass(frozen=True, slots=True)
class Sought:
    """A search as it was understood.

    `names` are what an account may be called or numbered; `words` must all occur in its name (or
    each in its handle). `platform` is the code of the platform whose address was pasted;
    `is_address` says that it was one, of a known platform or not.
    """

    names: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    platform: str = ""
    is_address: bool = False


def understand(text: str, known: Iterable[Platform]) -> Sought:
    """Reads what somebody typed or pasted: a name, a handle, an id or an account's address."""
    text = " ".join(unicodedata.normalize("NFKC", text).split())[:LONGEST].strip()
    if ADDRESS.fullmatch(text):
        return _of_address(text, known)
    bare = text.removeprefix("@")
    words = [word for word in bare.split(" ") if any(map(str.isalnum, word))]
    return Sought(tuple(dict.fromkeys(n for n in (text, bare) if n)), tuple(words[:WORDS]))


def _of_address(text: str, known: Iterable[Platform]) -> Sought:
    parts = urlsplit(text if "://" in text else f"https://{text}")
    host = _bare_host(parts.hostname or "")
    path = unquote(parts.path).strip("/")
    pieces = [piece.removeprefix("@") for piece in path.split("/") if piece.strip("@")]
    for platform in known:
        pattern = urlsplit(platform.address_pattern)
        if not pattern.hostname or not _same_site(host, _bare_host(pattern.hostname)):
            continue
        rest = re.escape(pattern.path.strip("/"))
        rest = rest.replace(r"\{id\}", "(?P<name>.+)").replace(r"\{handle\}", "(?P<name>.+)")
        match = re.fullmatch(rest, path, re.IGNORECASE)
        # Where the address has another form than the usual one, any piece of it may be the name.
        names = [match["name"]] if match else []
        return Sought(tuple(dict.fromkeys(names + pieces[::-1])), (), platform.code, True)
    return Sought(is_address=True)


def _bare_host(host: str) -> str:
    return re.sub(r"^(?:www|m|mobile)\.", "", host.lower())


def _same_site(host: str, other: str) -> bool:
    return host == other or host.endswith(f".{other}") or other.endswith(f".{host}")


def exact_ids(sought: Sought) -> QuerySet[Any, Any]:
    """Ids of the accounts that are called or numbered exactly so, now or (the handle) earlier."""
    if not sought.names:
        return Profile.objects.none().values_list("pk")
    here: dict[str, Any] = {"platform__in": Platform.objects.all()}
    if sought.platform:
        here = {"platform__code": sought.platform}
    handles = Q()
    for name in sought.names:
        # A name of signs only has no trigram: looked up as it is written.
        word = any(map(str.isalnum, name))
        handles |= Q(handle__iexact=name) if word else Q(**here, handle=name)
    if sought.platform:
        handles &= Q(**here)
    numbered = Profile.objects.filter(**here, external_id__in=sought.names).values_list("pk")
    called = Profile.objects.filter(handles).values_list("pk")
    once = ProfileHandle.objects.filter(**here, handle__in=sought.names).values_list("profile")
    return numbered.union(called, once)


def matching(
    profiles: QuerySet[Profile, Any], sought: Sought, *, or_one_of: Iterable[int] = ()
) -> QuerySet[Profile, Any]:
    """Narrows to those whose name or handle holds every word, and those with the given ids."""
    every = Q()
    for word in sought.words:
        every &= _holds(word)
    if ids := list(or_one_of):
        every = every | Q(pk__in=ids) if every else Q(pk__in=ids)
    if not every:
        return profiles.none()
    return profiles.alias(
        upper_name=Upper("display_name"), bigrams=Bigrams(Upper("display_name"))
    ).filter(every)


def _holds(word: str) -> Q:
    """The condition that an account's name or handle holds a word, each part with an index."""
    upper = Upper(Value(word))
    # What a trigram needs: three letters or digits in a row, or the beginning of the text.
    handle = Q(handle__istartswith=word) if word[0].isalnum() else Q()
    if RUN_OF_THREE.search(word):
        handle = Q(handle__icontains=word)
        if not UNSPACED.search(word):
            return Q(display_name__icontains=word) | handle
    if len(word) == 1:
        return Q(display_name__istartswith=word) | handle
    # The bigrams find, the position decides; LIKE would tempt the planner into the trigrams.
    name = Q(bigrams__contains=Bigrams(upper))
    if len(word) > 2:
        name &= Q(GreaterThan(StrIndex(F("upper_name"), upper), 0))
    return name | handle


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
