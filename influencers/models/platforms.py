"""Platforms, and the steps into which each of them cuts its accounts by followers."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from journal.values import Actor


def known_time_zone(name: str) -> None:
    """Refuses what the time zone database does not know."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError) as problem:
        raise ValidationError(_("Unknown time zone.")) from problem


class PlatformQuerySet(models.QuerySet["Platform"]):
    def visible_to(self, actor: Actor) -> "PlatformQuerySet":
        """Which platforms there are is public."""
        return self


class Platform(models.Model):
    """Where accounts live. Its time zone decides what a day is, and is fixed by its first
    observation: a trigger refuses to change it afterwards."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name_en = models.CharField(_("English name"), max_length=60)
    name_zh = models.CharField(_("Chinese name"), max_length=60)
    address_pattern = models.CharField(
        _("address of an account"),
        max_length=200,
        help_text=_("{handle} or {id} stands where the account's own part goes."),
        blank=True,
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=40,
        default="Asia/Shanghai",
        validators=[known_time_zone],
    )
    sort_order = models.PositiveSmallIntegerField(default=0)

    objects = PlatformQuerySet.as_manager()

    class Meta:
        ordering = ["sort_order", "code"]
        verbose_name = _("platform")
        verbose_name_plural = _("platforms")

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.name_zh if (get_language() or "").startswith("zh") else self.name_en

    def today(self, at: datetime) -> date:
        """The platform's calendar day at an instant: the only place that turns one into a day."""
        return at.astimezone(ZoneInfo(self.time_zone)).date()

    def end_of(self, day: date) -> datetime:
        """The last instant of one of its days."""
        return datetime.combine(day, time.max, ZoneInfo(self.time_zone))


class TierScheme(models.Model):
    """Follower floors in ascending order, and how an account moves between them.

    Tier n means n floors are held; tier 0 is below the lowest floor, which is also the lowest
    public tier; no tier means that no count is known. An account rises over a floor on its
    `rise_after`-th consecutive observation at or above it, and falls `fall_after_days` days after
    the first day of an unbroken run of observations under floor × (1 − `fall_margin`), also when
    nothing new arrives. The first observation sets the tier.
    """

    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="schemes")
    version = models.PositiveSmallIntegerField(default=1)
    floors = ArrayField(models.BigIntegerField(), verbose_name=_("floors"))
    rise_after = models.PositiveSmallIntegerField(_("rise after observations"), default=1)
    fall_margin = models.DecimalField(
        _("margin under a floor"), max_digits=4, decimal_places=3, default="0.050"
    )
    fall_after_days = models.PositiveSmallIntegerField(_("fall after days"), default=30)
    current = models.BooleanField(_("current"), default=True)

    class Meta:
        verbose_name = _("tier scheme")
        verbose_name_plural = _("tier schemes")
        constraints = [
            models.UniqueConstraint(fields=["platform", "version"], name="scheme_version"),
            models.UniqueConstraint(
                fields=["platform"],
                condition=models.Q(current=True),
                name="scheme_one_current",
            ),
            models.CheckConstraint(
                name="scheme_sane",
                condition=models.Q(fall_margin__gte=0, fall_margin__lt=1, rise_after__gte=1),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.platform_id} v{self.version}"

    def plain_tier(self, followers: int) -> int:
        """How many floors a count reaches, without hysteresis."""
        return sum(followers >= floor for floor in self.floors)
