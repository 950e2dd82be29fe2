"""What the pages of agencies call what happened."""

import re
from pathlib import Path

from django.conf import settings

from agencies.views.words import TITLES


def test_everything_that_is_recorded_of_contracts_and_bindings_has_words() -> None:
    recorded: set[str] = set()
    for room in ("agencies", "disclosure", "reports", "dashboards"):
        for path in (Path(settings.BASE_DIR) / room).rglob("actions/**/*.py"):
            text = path.read_text(encoding="utf-8")
            recorded |= set(re.findall(r"[\"']((?:contract|binding)\.[a-z_]+)[\"']", text))
    assert {"contract.left_unconfirmed", "binding.affirmed"} <= recorded
    assert recorded - TITLES.keys() == set()
