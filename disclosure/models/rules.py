"""Who must disclose: rules with their legal basis and their life from draft to retired."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from journal.models import Moves, XidField
from journal.values import Actor

RULE_MOVES = Moves(
    "rule",
    {
        "draft": ("shadow", "live", "retired"),
        "shadow": ("live", "draft", "retired"),
        "live": ("retired",),
        "retired": (),
    },
    first=("draft",),
)


class RuleQuerySet(models.QuerySet["Rule"]):
    def visible_to(self, actor: Actor) -> "RuleQuerySet":
        """The public sees rules that are, or were, in force here; staff also drafts and shadows
        that reach a platform of its own."""
        public = Q(live_from__isnull=False)
        if not actor.roles:
            return self.filter(public)
        if not actor.platforms:
            return self
        return self.filter(public | Q(platforms=[]) | Q(platforms__overlap=sorted(actor.platforms)))

    def live(self) -> "RuleQuerySet":
        return self.filter(status=Rule.Status.LIVE)

    def in_use(self) -> "RuleQuerySet":
        """Those that duty passes open duties by or count."""
        return self.filter(status__in=[Rule.Status.LIVE, Rule.Status.SHADOW])


class Rule(models.Model):
    """A duty's source. An account falls under it when every named condition holds.

    `live_from` is the first day on which duties are counted, set when a second person approves.

    `min_followers` must be a floor of every scheme it applies to, so that a duty can only change
    when a tier changes; the action that writes a rule checks it.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        SHADOW = "shadow", _("shadow: counted, nobody is asked")
        LIVE = "live", _("live")
        RETIRED = "retired", _("retired")

    class Basis(models.TextChoices):
        IN_FORCE = "in_force", _("law in force")
        DRAFT = "draft", _("draft of a law")
        PLATFORM_POLICY = "platform_policy", _("platform policy")
        PRACTICE = "practice", _("practice")

    code = models.SlugField(_("code"), max_length=60, unique=True)
    name_en = models.CharField(_("English name"), max_length=200)
    name_zh = models.CharField(_("Chinese name"), max_length=200)
    text_en = models.TextField(_("English text"), blank=True)
    text_zh = models.TextField(_("Chinese text"), blank=True)
    basis = models.CharField(_("legal basis"), max_length=20, choices=Basis)
    basis_text = models.CharField(_("source"), max_length=300, blank=True)
    basis_url = models.URLField(_("address of the source"), blank=True)
    platforms = ArrayField(
        models.CharField(max_length=30),
        verbose_name=_("platforms"),
        default=list,
        blank=True,
        help_text=_("None means every platform."),
    )
    min_followers = models.BigIntegerField(_("from followers"))
    content_fields = ArrayField(
        models.CharField(max_length=80),
        verbose_name=_("content fields"),
        default=list,
        blank=True,
        help_text=_("None means every field."),
    )
    account_kind = models.CharField(
        _("kind of account"),
        max_length=12,
        choices=[
            ("any", _("any")),
            ("person", _("person")),
            ("organisation", _("organisation")),
        ],
        default="any",
    )
    grace_days = models.PositiveSmallIntegerField(_("days to answer"), default=30)
    notice_days = models.PositiveSmallIntegerField(
        _("days after the notice"),
        default=7,
        help_text=_("Silence is never public earlier than this after a delivered notice."),
    )
    status = models.CharField(_("state"), max_length=10, choices=Status, default=Status.DRAFT)
    proposed_by = models.CharField(max_length=200, blank=True)
    proposed_by_id = models.CharField(max_length=80, blank=True)
    approved_by = models.CharField(max_length=200, blank=True)
    approved_by_id = models.CharField(max_length=80, blank=True)
    live_from = models.DateField(_("live from"), null=True, blank=True)
    retired_on = models.DateField(_("retired on"), null=True, blank=True)
    xid = XidField()

    objects = RuleQuerySet.as_manager()

    class Meta:
        ordering = ["-min_followers", "code"]
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
        triggers = RULE_MOVES.triggers()
        constraints = [
            models.CheckConstraint(name="rule_threshold", condition=Q(min_followers__gte=1)),
            models.CheckConstraint(
                name="rule_live_by_two",
                condition=~Q(status="live")
                | (Q(live_from__isnull=False) & ~Q(approved_by_id=F("proposed_by_id"))),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.name_zh if (get_language() or "").startswith("zh") else self.name_en

    @property
    def text(self) -> str:
        return self.text_zh if (get_language() or "").startswith("zh") else self.text_en
