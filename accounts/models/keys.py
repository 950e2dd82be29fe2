"""Keys by which platforms call the API."""

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from rest_framework_api_key.models import AbstractAPIKey, BaseAPIKeyManager

from accounts.models.users import platform_code
from accounts.permissions import Right, Verb, may
from journal.values import Actor, ActorKind


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def visible_to(self, actor: Actor) -> "ApiKeyQuerySet":
        """Keys of the actor's platforms, for who manages keys; a key sees itself."""
        if actor.kind is ActorKind.KEY:
            return self.filter(prefix=actor.id)
        if not may(actor, Verb.MANAGE_KEYS):
            return self.none()
        return self.filter(platform__in=actor.platforms) if actor.platforms else self

    def usable(self, at: datetime) -> "ApiKeyQuerySet":
        return self.filter(revoked=False).filter(
            models.Q(expiry_date__isnull=True) | models.Q(expiry_date__gt=at)
        )


class ApiKeyManager(BaseAPIKeyManager.from_queryset(ApiKeyQuerySet)):  # type: ignore[misc]
    pass


class ApiKey(AbstractAPIKey):
    """A key of one platform, with rights. Only its hash is kept.

    The primary key holds the hash: outside of this app a key is named by its `prefix`.
    """

    platform = models.CharField(_("platform"), max_length=30, validators=[platform_code])
    rights = ArrayField(
        models.CharField(max_length=20, choices=Right), verbose_name=_("rights"), default=list
    )
    last_used_at = models.DateTimeField(_("last used at"), null=True, blank=True)
    issued_by = models.CharField(_("issued by"), max_length=200, blank=True)

    objects: ClassVar[Any] = ApiKeyManager()

    class Meta(AbstractAPIKey.Meta):
        verbose_name = _("API key")  # type: ignore[assignment]
        verbose_name_plural = _("API keys")  # type: ignore[assignment]
        constraints = [
            models.CheckConstraint(name="apikey_has_platform", condition=~models.Q(platform="")),
            models.CheckConstraint(
                name="apikey_rights_known",
                condition=models.Q(rights__contained_by=Right.values) & models.Q(rights__len__gt=0),
            ),
        ]
