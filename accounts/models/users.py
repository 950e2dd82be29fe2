"""People who sign in, and what they were granted."""

from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Role, Verb, may
from journal.values import Actor, ActorKind

platform_code = RegexValidator(
    r"^[a-z0-9][a-z0-9_-]{0,29}\Z", _("Small letters, digits, “-” and “_” only.")
)


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, actor: Actor) -> "UserQuerySet":
        """For who manages grants: everybody, or with a limited grant those who hold one within
        it, or none at all. Otherwise the actor itself."""
        if may(actor, Verb.MANAGE_GRANTS):
            if not actor.is_limited:
                return self
            near = Grant.objects.visible_to(actor).values("user")
            some = Grant.objects.values("user")
            return self.filter(models.Q(pk__in=near) | ~models.Q(pk__in=some))
        if actor.kind is ActorKind.USER:
            return self.filter(pk=actor.id)
        return self.none()


class UserManager(BaseUserManager["User"]):
    use_in_migrations = True

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        # The whole address in small letters: two people never share one by its case.
        return (email or "").strip().lower()

    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db)

    def visible_to(self, actor: Actor) -> UserQuerySet:
        return self.get_queryset().visible_to(actor)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=self.normalize_email(username))

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A user without any grant; without a password it cannot sign in by one."""
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A person who can sign in. What it may do comes from grants, never from this row."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=100)
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, blank=True, default=""
    )
    is_active = models.BooleanField(_("may sign in"), default=True)
    created_at = models.DateTimeField(_("created at"), db_default=Now())

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.CheckConstraint(
                name="user_email_in_small_letters", condition=models.Q(email=Lower("email"))
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email


class GrantQuerySet(models.QuerySet["Grant"]):
    def visible_to(self, actor: Actor) -> "GrantQuerySet":
        """For who manages grants: those within its own; one for everything is seen by all.
        Otherwise the actor's own."""
        if may(actor, Verb.MANAGE_GRANTS):
            within = models.Q()
            if actor.platforms:
                within &= models.Q(platform__in=actor.platforms) | models.Q(platform="")
            if actor.territories:
                within &= models.Q(territory__in=actor.territories) | models.Q(territory="")
            return self.filter(within)
        if actor.kind is ActorKind.USER:
            return self.filter(user_id=actor.id)
        return self.none()

    def in_force(self, day: date) -> "GrantQuerySet":
        """Grants that count on a day of the portal's own calendar (PORTAL_TIME_ZONE)."""
        return self.filter(since__lte=day).filter(
            models.Q(until__isnull=True) | models.Q(until__gt=day)
        )

    def not_over(self, day: date) -> "GrantQuerySet":
        """Grants in force on the day or later."""
        return self.filter(models.Q(until__isnull=True) | models.Q(until__gt=day))


_period = models.Func(
    models.F("since"), models.F("until"), function="daterange", output_field=DateRangeField()
)


class Grant(models.Model):
    """A role, for a period, on one platform or all, in one territory or all.

    Platforms are named by code, not by foreign key: they live in a higher app. `until` is the
    first day that is out. A grant that is revoked on its first day has an empty period.
    """

    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="grants", verbose_name=_("user")
    )
    role = models.CharField(_("role"), max_length=20, choices=Role)
    platform = models.CharField(
        _("platform"), max_length=30, blank=True, default="", validators=[platform_code]
    )
    territory = models.CharField(_("territory"), max_length=30, blank=True, default="")
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)

    objects = GrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        constraints = [
            models.CheckConstraint(
                name="grant_role_known", condition=models.Q(role__in=Role.values)
            ),
            models.CheckConstraint(
                name="grant_forward",
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
            ),
            ExclusionConstraint(
                name="grant_once",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("platform", RangeOperators.EQUAL),
                    ("territory", RangeOperators.EQUAL),
                    (_period, RangeOperators.OVERLAPS),
                ],
            ),
            ExclusionConstraint(
                name="grant_one_role_at_a_time",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("role", RangeOperators.NOT_EQUAL),
                    (_period, RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.platform or '*'} {self.territory or '*'}"
