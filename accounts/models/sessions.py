"""Where somebody is signed in."""

import uuid

from django.contrib.sessions.models import Session
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.users import User
from journal.values import Actor, ActorKind


class OpenSessionQuerySet(models.QuerySet["OpenSession"]):
    def visible_to(self, actor: Actor) -> "OpenSessionQuerySet":
        """A user's own, nobody else's."""
        if actor.kind is not ActorKind.USER:
            return self.none()
        return self.filter(user_id=actor.id)


class OpenSession(models.Model):
    """What a user is told of one of their sessions, and when it was last used (by the minute).

    It goes with Django's session. No address is kept, only what the browser calls itself. Pages
    call it by its reference: the session's key would be the way in.
    """

    session = models.OneToOneField(Session, on_delete=models.CASCADE, primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="open_sessions")
    reference = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    agent = models.CharField(_("browser"), max_length=200, blank=True)
    began_at = models.DateTimeField(_("signed in"))
    seen_at = models.DateTimeField(_("last used"))

    objects = OpenSessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")

    def __str__(self) -> str:
        return f"{self.user_id} {self.began_at:%Y-%m-%d %H:%M}"
