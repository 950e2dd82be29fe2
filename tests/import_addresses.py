"""Addresses of files of contracts; rows of tests/addresses.py."""

from typing import Any

from tests.agencies.imports import checked, row
from tests.people import the_agency
from tests.rows import Row, desk


def _batch() -> dict[str, Any]:
    """A dry run with a row of each tab that its page has to show."""
    rows = [row(), row(reference="HT-2", since="soon")]
    return {"public_id": checked(the_agency(), rows).public_id}


IMPORTS: dict[str, Row] = {
    "agencies:contracts_csv": Row(desk()),
    "agencies:contracts_xlsx": Row(desk()),
    "agencies:contract_imports": Row(desk("editor")),
    "agencies:contract_import_upload": Row(desk("editor")),
    "agencies:contract_template_csv": Row(desk("editor")),
    "agencies:contract_template_xlsx": Row(desk("editor")),
    "agencies:contract_import": Row(desk("editor", rival=404), _batch),
    "agencies:contract_import_columns": Row(desk("editor", rival=404), _batch),
    "agencies:contract_import_decide": Row(
        desk("editor", 302, rival=404), _batch, "post", {"decision": "apply"}
    ),
    "agencies:contract_import_refused": Row(desk("editor", rival=404), _batch),
    "agencies:contract_import_refused_xlsx": Row(desk("editor", rival=404), _batch),
}
