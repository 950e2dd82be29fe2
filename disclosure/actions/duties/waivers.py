"""Letting an account off a duty."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Verb, may
from disclosure.models import Duty
from journal import actions as journal
from journal.models.fields import CurrentXid
from journal.values import Actor, Audience


class DutyRefused(ValueError):
    """The duty cannot be changed so; the text says why, for a person."""


@transaction.atomic
def waive(duty: Duty, *, reason: str, by: Actor) -> Duty:
    """Lets an account off an open duty, with a reason; it does not open again by itself.

    The platform's day on which it is waived is the first one without the duty. Raises
    PermissionError for who may not, DutyRefused where the duty is not open any more.
    """
    platform = duty.profile.platform
    reached = by.reaches(platform.code, duty.profile.ip_territory)
    if not may(by, Verb.WAIVE_DUTIES) or not reached:
        raise PermissionError(Verb.WAIVE_DUTIES)
    duty = Duty.objects.select_for_update(no_key=True).get(pk=duty.pk)
    if duty.status != Duty.Status.OPEN:
        raise DutyRefused(_("Only an open duty can be waived."))
    now = timezone.now()
    duty.status, duty.reason, duty.closed_at = Duty.Status.WAIVED, reason, now
    duty.to_day = max(duty.from_day, platform.today(now))
    duty.xid = CurrentXid()
    duty.save(update_fields=["status", "reason", "closed_at", "to_day", "xid"])
    journal.record(
        "duty.waived",
        duty,
        by=by,
        audience=Audience.PARTIES,
        platform=platform.code,
        profile_id=duty.profile_id,
        changes={"rule": duty.rule.code, "to_day": duty.to_day.isoformat()},
    )
    return duty
