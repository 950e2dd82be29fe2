"""Why the status of an account changes: a table of words, because the journal makes it public."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class StatusReason(TextChoices):
    PLATFORM = "platform", _("the platform decided it")
    OWNER = "owner", _("its owner asked for it")
    AUTHORITY = "authority", _("an authority ordered it")
    APPEAL = "appeal", _("an appeal was upheld")
    CORRECTION = "correction", _("what was recorded was wrong")
