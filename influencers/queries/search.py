"""How somebody finds an account: what a search text may mean, and the conditions that it makes.

Techniques and their measurements (a million accounts): two neighbouring characters are looked up in
an index of bigrams, because a trigram index cannot answer for two Chinese characters; Latin text
goes through trigrams.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import StrIndex, Upper
from django.db.models.lookups import GreaterThan

from influencers.models import Platform, Profile, ProfileHandle
from influencers.models.profiles import Bigrams

LONGEST = 200  # characters of a search; an account's own id is no longer
WORDS = 6
# Scripts that write without spaces between words, where two characters already say something.
UNSPACED = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")
RUN_OF_THREE = re.compile(r"[^\W_]{3}")
ADDRESS = re.compile(r"(?:https?://\S+|(?:[\w-]+\.)+[a-z]{2,}/\S+)", re.IGNORECASE)


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
