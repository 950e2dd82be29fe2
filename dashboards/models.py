"""Tallies: counts that grow with each change, so that no dashboard counts the register."""

from django.db import models

STATES = ("managed", "independent", "undisclosed", "disputed", "none")


class Contribution(models.Model):
    """What one profile adds to the tallies now. Comparing it with what it should add makes a
    change of the tallies exact and heals a forgotten one at the next full pass."""

    profile_id = models.BigIntegerField(primary_key=True)
    platform_id = models.BigIntegerField()
    tier = models.SmallIntegerField(help_text="-1 when unknown")
    state = models.CharField(max_length=12)
    duties_open = models.SmallIntegerField(default=0)
    duties_met = models.SmallIntegerField(default=0)
    duties_overdue = models.SmallIntegerField(default=0)
    look_again_on = models.DateField(null=True, help_text="an open duty goes overdue on that day")

    class Meta:
        indexes = [
            models.Index(
                fields=["look_again_on"],
                name="contribution_look_again",
                condition=models.Q(look_again_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.profile_id}: {self.state}"


class Tally(models.Model):
    """How many profiles of a platform and tier are in a state, and their duties."""

    platform_id = models.BigIntegerField()
    tier = models.SmallIntegerField()
    state = models.CharField(max_length=12)
    profiles = models.BigIntegerField(default=0)
    duties_open = models.BigIntegerField(default=0)
    duties_met = models.BigIntegerField(default=0)
    duties_overdue = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["platform_id", "tier", "state"], name="tally_once"),
            models.CheckConstraint(
                name="tally_not_negative",
                condition=models.Q(
                    profiles__gte=0,
                    duties_open__gte=0,
                    duties_met__gte=0,
                    duties_overdue__gte=0,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.platform_id}/{self.tier}/{self.state}: {self.profiles}"


class TallyDay(models.Model):
    """The tallies at the end of a day's last pass, for trends."""

    day = models.DateField()
    platform_id = models.BigIntegerField()
    tier = models.SmallIntegerField()
    state = models.CharField(max_length=12)
    profiles = models.BigIntegerField()
    duties_open = models.BigIntegerField()
    duties_met = models.BigIntegerField()
    duties_overdue = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["day", "platform_id", "tier", "state"], name="tallyday_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.platform_id}/{self.tier}/{self.state}"
