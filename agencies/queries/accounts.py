"""Accounts as agencies look for them and hold them."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from agencies.models import Binding, Confirmation, Dispute
from influencers.models import Platform, Profile
from influencers.queries.search import exact_ids, matching, understand


def with_questions(bindings: QuerySet[Binding, Any]) -> QuerySet[Any, Any]:
    """With whether each is `contested`, and when the account was `asked` without an answer yet."""
    contested = Dispute.objects.pending().filter(binding=OuterRef("pk"))
    waiting = Confirmation.objects.filter(
        status="waiting", agency=OuterRef("agency"), profile=OuterRef("profile")
    ).values("asked_at")
    return bindings.annotate(contested=Exists(contested), asked=Subquery(waiting[:1]))


def found_accounts(
    text: str, platform: str, known: Iterable[Platform], most: int = 20
) -> list[Profile]:
    """Accounts that somebody may mean: who is called or numbered exactly so, small ones too, then
    public ones whose name holds the words. `platform` is a code, or empty for all."""
    sought = understand(text, known)
    everywhere = Profile.objects.select_related("platform")
    if platform:
        everywhere = everywhere.filter(platform__code=platform)
    exact = list(everywhere.filter(pk__in=exact_ids(sought)).order_by("-tier", "-pk")[:most])
    named = [each.pk for each in exact]
    others = matching(everywhere.public(), sought).exclude(pk__in=named).order_by("-tier", "-pk")
    return [*exact, *others[: most - len(exact)]]
