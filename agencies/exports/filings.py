"""What a platform hands to the authority: admissions with their filings."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from agencies.models import Filing

CHUNK = 500


def filing_rows(filings: QuerySet[Filing, Any]) -> Iterator[list[str]]:
    """The heading, then a row for each filing, in the reader's language; days as ISO."""
    yield [
        _("Platform"),
        _("Credit code"),
        _("Chinese name"),
        _("English name"),
        _("Admitted since"),
        _("Because of"),
        _("Happened on"),
        _("To be filed by"),
        _("Provisional"),
        _("Filing number"),
        _("Filed on"),
    ]
    related = filings.select_related("admission__platform", "agency").order_by("due", "pk")
    for row in related.iterator(chunk_size=CHUNK):
        admission, agency = row.admission, row.agency
        yield [
            admission.platform.name,
            agency.credit_code,
            agency.name_zh,
            agency.name_en,
            admission.since.isoformat() if admission.since else "",
            str(row.get_cause_display()),
            row.happened_on.isoformat(),
            row.due.isoformat(),
            _("yes") if row.provisional else "",
            row.number,
            row.filed_on.isoformat() if row.filed_on else "",
        ]
