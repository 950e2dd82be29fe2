"""Keys by which platforms call the API."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from rest_framework_api_key.models import AbstractAPIKey, BaseAPIKeyManager

from accounts.models.users import platform_code
from accounts.permissions import AGENCY_RIGHTS, PLATFORM_RIGHTS, Right, Verb, may
from journal.values import Actor, ActorKind


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def visible_to(self, actor: Actor) -> "ApiKeyQuerySet":
        """Keys of the actor's platforms, for who manages keys; those of an agency, for who
        manages it; a key sees itself."""
        if actor.kind is ActorKind.KEY:
            return self.filter(prefix=actor.id)
        if may(actor, Verb.MANAGE_KEYS):
            if actor.territories:  # a key reaches all of its platform
                return self.none()
            return self.filter(platform__in=actor.platforms) if actor.platforms else self
        owned = [its for its in actor.agency_ids if may(actor, Verb.MANAGE_AGENCY, agency=its)]
        return self.filter(agency_id__in=owned)

    def usable(self, at: datetime) -> "ApiKeyQuerySet":
        return self.filter(revoked=False).filter(
            models.Q(expiry_date__isnull=True) | models.Q(expiry_date__gt=at)
        )


class ApiKeyManager(BaseAPIKeyManager.from_queryset(ApiKeyQuerySet)):  # type: ignore[misc]
    pass


def _of(rights: Iterable[Right]) -> list[str]:
    return [right.value for right in rights]


class ApiKey(AbstractAPIKey):
    """A key of one platform or of one agency, with rights. Only its hash is kept.

    The primary key holds the hash: outside of this app a key is named by its `prefix`. Agencies
    are numbered, not referred to: they live in a higher app.
    """

    platform = models.CharField(
        _("platform"), max_length=30, blank=True, default="", validators=[platform_code]
    )
    agency_id = models.BigIntegerField(_("agency"), null=True, blank=True, db_index=True)
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
            models.CheckConstraint(
                name="apikey_of_platform_or_agency",
                condition=(
                    ~models.Q(platform="")
                    & models.Q(agency_id__isnull=True)
                    & models.Q(rights__contained_by=_of(PLATFORM_RIGHTS))
                )
                | (
                    models.Q(platform="")
                    & models.Q(agency_id__isnull=False)
                    & models.Q(rights__contained_by=_of(AGENCY_RIGHTS))
                ),
            ),
            models.CheckConstraint(
                name="apikey_rights_known", condition=models.Q(rights__len__gt=0)
            ),
        ]
