"""Whether what was told has arrived."""

from django.db import transaction
from django.utils import timezone

from accounts.models import Notice
from journal import actions as journal
from journal.models.fields import CurrentXid
from journal.values import Actor, Audience


@transaction.atomic
def acknowledge(notice: Notice, *, by: Actor) -> Notice:
    """The platform (or the recipient) says that a notice was delivered; the first word counts.

    `xid` is set again, because duties depend on `delivered_at` and passes look for new rows by it.
    """
    notice = Notice.objects.select_for_update(no_key=True).get(pk=notice.pk)
    if notice.delivered_at is not None:
        return notice
    notice.delivered_at = timezone.now()
    notice.acknowledged_by = f"{by.kind}:{by.id}"
    notice.xid = CurrentXid()
    notice.save(update_fields=["delivered_at", "acknowledged_by", "xid"])
    journal.record(
        "notice.delivered",
        notice,
        by=by,
        audience=Audience.STAFF,
        platform=notice.platform,
        changes={"subject": f"{notice.subject_type} {notice.subject_id}"},
    )
    return notice
