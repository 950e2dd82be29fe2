"""The door of the API: a key, or nobody."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission

from accounts.doors.people import actor_of_key
from accounts.models import ApiKey
from accounts.permissions import Right
from journal.actions import context
from journal.values import NOBODY

WORD = "Api-Key"
USED_EVERY = timedelta(minutes=1)


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Api-Key <prefix>.<secret>`. No session cookie is ever looked at.

    Leaves the actor at `request.actor` (NOBODY without a key); `request.user` stays None.
    """

    def authenticate(self, request: Any) -> tuple[None, ApiKey] | None:
        request._request.actor = NOBODY
        word, _space, secret = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if not word:
            return None
        now = timezone.now()
        key = None
        if word.lower() == WORD.lower() and "\0" not in secret:
            prefix = secret.strip().partition(".")[0]
            key = ApiKey.objects.get_queryset().usable(now).filter(prefix=prefix).first()
        if key is None or not key.is_valid(secret.strip()):
            raise AuthenticationFailed(_("This key is unknown, revoked or expired."))
        if key.last_used_at is None or key.last_used_at <= now - USED_EVERY:
            # At most one write a minute: a busy key would turn every read into a write.
            ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
        request._request.actor = actor = actor_of_key(key)
        if actor.agency_ids:
            # accounts.middleware.PagesOnly puts back what was told before.
            context.tell((context.PARTIES, context.listed(actor.agency_ids), ""))
        elif Right.CASES in actor.rights:
            context.tell((context.PLATFORM, "", ""))
        return None, key

    def authenticate_header(self, request: Any) -> str:
        return WORD


class HasRight(BasePermission):
    """Asks for the right that the view names in its attribute `right`; None lets everybody in."""

    def has_permission(self, request: Any, view: Any) -> bool:
        right: Right | None = getattr(view, "right", None)
        if right is None:
            return True
        self.message = _("This key lacks the right “%(right)s”.") % {"right": right.value}
        return right.value in request.actor.rights
