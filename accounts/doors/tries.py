"""How often somebody may try to sign in, and what they are told when it was too often."""

from math import ceil

from django.http import HttpRequest
from django.utils.translation import ngettext

from accounts.doors.limits import allow, forget, wait
from accounts.models import User

# What is counted -> how often, in each of these times; a try counts in all of them.
TRIES = {
    "login": ("10 per 5 minutes",),  # of one address from one place
    "login place": ("200 per 5 minutes",),
    "factor": ("5 per 5 minutes", "20 per hour", "50 per day"),  # of one person, from anywhere
    "mail": ("5 per hour",),  # links to a new password, to one address
}


def tried(name: str, who: str) -> int:
    """Counts a try. Returns 0 where it is within its limits, else the seconds to wait."""
    refused = [rate for rate in TRIES[name] if not allow(name, who, rate)]
    return max((wait(name, who, rate) for rate in refused), default=0)


def tried_to_sign_in(request: HttpRequest, address: str) -> int:
    """The same for a password, by address and place and by place alone."""
    place = request.META.get("REMOTE_ADDR", "")
    waits = tried("login", f"{address.lower()} {place}"), tried("login place", place)
    return max(waits)


def tried_factor(user: User) -> int:
    return tried("factor", str(user.pk))


def factor_was_right(user: User) -> None:
    """Only the shortest count begins anew: who guesses meanwhile gains five tries, not fifty."""
    forget("factor", str(user.pk), TRIES["factor"][0])


def too_often(seconds: int) -> str:
    """What a page says to whoever has to wait."""
    minutes = ceil(seconds / 60)
    return ngettext(
        "That was tried too often. Try again in %(minutes)d minute.",
        "That was tried too often. Try again in %(minutes)d minutes.",
        minutes,
    ) % {"minutes": minutes}
