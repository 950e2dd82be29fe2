"""What happened, and the order in which everybody reads it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func
from django.utils.translation import gettext_lazy as _

from journal.values import Actor, Audience


class ClockTimestamp(Func):
    function = "clock_timestamp"
    template = "%(function)s()"
    output_field = models.DateTimeField()


class NewSalt(Func):
    function = "gen_random_uuid"
    template = "%(function)s()"
    output_field = models.UUIDField()


class EventQuerySet(models.QuerySet["Event"]):
    def visible_to(self, actor: Actor, *, profile_id: int | None = None) -> "EventQuerySet":
        """Public events; those of the actor's agencies; all of its platforms for staff and for a
        key with the right to read the journal.

        The journal knows no territories: who is limited to some reads, of accounts, what is public
        and what is about `profile_id`, which the caller has found to lie within.

        When exactly somebody reported, only the portal's own people read: whoever knows who was
        where in that minute would know the reporter.
        """
        if actor.roles & STAFF_READERS:
            told = self if actor.roles & INSIDERS else self.exclude(OF_REPORTERS)
            if actor.platforms:
                told = told.filter(models.Q(platform__in=actor.platforms) | models.Q(platform=""))
            if actor.territories:
                near = models.Q(profile_id__isnull=True) | models.Q(profile_id=profile_id)
                told = told.filter(near | models.Q(audience=Audience.PUBLIC))
            return told
        seen = models.Q(audience=Audience.PUBLIC)
        if "journal" in actor.rights:
            seen |= models.Q(platform__in=actor.platforms) & ~OF_REPORTERS
        if actor.agency_ids:
            seen |= models.Q(
                audience=Audience.PARTIES, agency_ids__overlap=sorted(actor.agency_ids)
            )
        return self.filter(seen)


# The journal lies below accounts; it knows the words of the roles, not their table.
STAFF_READERS = frozenset({"moderator", "lead_moderator", "regulator", "operator"})
INSIDERS = STAFF_READERS - {"regulator"}
# A report, and the case that its arrival opens.
OF_REPORTERS = models.Q(subject_type="report") | models.Q(verb="case.opened")


class Event(models.Model):
    """One thing that happened. Append-only; partitioned by month; no foreign keys, so that the
    journal outlives what it speaks of. `changes` never holds a personal value: a personal field
    appears as the word "changed".

    Nobody reads events by id or by time: their order is `Leaf.seq`.
    """

    at = models.DateTimeField(db_default=ClockTimestamp())
    verb = models.CharField(max_length=60)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=80, blank=True)
    actor_name = models.CharField(max_length=200, blank=True)
    subject_type = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=80)
    platform = models.CharField(max_length=30, blank=True, db_default="")
    profile_id = models.BigIntegerField(null=True)
    agency_ids = ArrayField(models.BigIntegerField(), db_default=[])
    audience = models.CharField(max_length=10, choices=[(a.value, a.value) for a in Audience])
    changes = models.JSONField(db_default={})
    salt = models.UUIDField(db_default=NewSalt())
    request_id = models.CharField(max_length=60, blank=True, db_default="")

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal entries")
        indexes = [
            models.Index(
                fields=["profile_id", "id"],
                name="event_profile",
                condition=models.Q(profile_id__isnull=False),
            ),
            models.Index(fields=["subject_type", "subject_id", "id"], name="event_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_type} {self.subject_id}"


class Pending(models.Model):
    """An event that is committed, or will be, and has no place in the order yet."""

    event_id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    profile_id = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return f"event {self.event_id}"


class Leaf(models.Model):
    """The place of an event in the order: gapless, given after commit by the one sequencer."""

    seq = models.BigIntegerField(primary_key=True)
    event_id = models.BigIntegerField(unique=True)
    at = models.DateTimeField(help_text="of the event: leads to its partition")
    profile_id = models.BigIntegerField(null=True, help_text="of public events only")

    class Meta:
        indexes = [
            models.Index(
                fields=["profile_id", "-seq"],
                name="leaf_profile",
                condition=models.Q(profile_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seq}: event {self.event_id}"


class Follower(models.Model):
    """How far a follower has read. `seq` is the last leaf it has dealt with."""

    name = models.CharField(max_length=80, primary_key=True)
    seq = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} at {self.seq}"
