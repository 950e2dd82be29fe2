"""CSV of the panels. Numbers and code words only: nothing a spreadsheet could run."""

import csv
import io

from dashboards.queries import Coverage, CoverageRow


def coverage_csv(found: Coverage) -> str:
    """The coverage rows as CSV with a heading; an unknown tier is an empty cell."""
    out = io.StringIO()
    names = [*CoverageRow.__dataclass_fields__, "as_of"]
    writer = csv.DictWriter(out, names)
    writer.writeheader()
    moment = found.as_of.isoformat() if found.as_of else ""
    for row in found.rows:
        writer.writerow({**row.as_dict(), "as_of": moment})
    return out.getvalue()
