"""The shapes of what the labels API takes and gives, for the description of the API."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter

from disclosure.models import Rule
from disclosure.values import State

DAY = {"type": "string", "format": "date"}
DAY_OR_NONE = {"type": ["string", "null"], "format": "date"}
TEXTS = {
    "type": "object",
    "required": ["zh-Hans", "en"],
    "properties": {"zh-Hans": {"type": "string"}, "en": {"type": "string"}},
}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}


def _or_none(shape: dict[str, Any]) -> dict[str, Any]:
    return {**shape, "type": [shape["type"], "null"]}


AGENCY = _object(
    agency=_object(
        slug={"type": "string"},
        name_zh={"type": "string"},
        name_en={"type": "string"},
        group={"type": ["string", "null"]},
    ),
    scopes={
        "type": "array",
        "items": {"type": "string"},
        "description": "`all`, or the codes of business lines; then, where the contract does not"
        " hold everywhere, `territory:` codes.",
    },
    since={**DAY, "description": "The first day of the unbroken run with that agency."},
    until={**DAY_OR_NONE, "description": "The first day that is out."},
    last_confirmed_on=DAY_OR_NONE,
    basis={"type": "string"},
)
DUTY = _object(
    rule={"type": "string", "description": "The rule's code; see `rules`."},
    rule_status={"type": "string", "enum": [basis.value for basis in Rule.Basis]},
    since=DAY,
    due={**DAY, "description": "The last day to answer."},
)
LABEL = _object(
    platform={"type": "string"},
    external_id={"type": "string"},
    handle={
        "type": ["string", "null"],
        "description": "The handle on that day, where the register knows it.",
    },
    on={**DAY, "description": "The day that the label is true on, on the account's platform."},
    known_at={
        "type": ["string", "null"],
        "format": "date-time",
        "description": "The instant up to which the register's knowledge counts; null: now.",
    },
    state={"type": "string", "enum": [state.value for state in State]},
    managed_by={"type": "array", "items": AGENCY},
    reconfirmed={
        "type": ["boolean", "null"],
        "description": "False while an answer that was given before the account got another"
        " principal has not been given again; null where there is no answer.",
    },
    duty={
        **_or_none(DUTY),
        "description": "The duty that the answer met, or that no answer has come to. A duty whose"
        " time to answer is not over is not public.",
    },
    rollout=_or_none(_object(percent={"type": "integer", "minimum": 0, "maximum": 100})),
    valid_from={
        **DAY_OR_NONE,
        "description": "The first day of the unbroken run with this state (and the same agencies);"
        " null: since ever.",
    },
    valid_until={
        **DAY_OR_NONE,
        "description": "The first day on which another state (or another agency) is already known;"
        " null: none is.",
    },
    text=TEXTS,
    version={
        "type": "integer",
        "description": "Place of the account's last event in the journal; 0: none yet.",
    },
)
LOOKUP = _object(
    accounts={
        "type": "array",
        "maxItems": 1000,
        "items": _object(
            platform={"type": "string", "minLength": 1},
            external_id={"type": "string", "minLength": 1},
        ),
    }
)
LOOKUP["properties"] |= {
    "on": DAY_OR_NONE,
    "known_at": {"type": ["string", "null"], "description": "An instant with its zone, or a day."},
}
LOOKUP_ANSWER = _object(
    labels={
        "type": "array",
        "description": "In the order asked.",
        "items": _object(
            platform={"type": "string"},
            external_id={"type": "string", "description": "As asked."},
            label=_or_none(LABEL),
            reason={"type": ["string", "null"], "enum": ["unknown", None]},
        ),
    }
)
CHANGES = _object(
    results={
        "type": "array",
        "items": _object(
            seq={"type": "integer", "description": "Place in the journal."},
            at={"type": "string", "format": "date-time"},
            type={"type": "string", "enum": ["label.changed"]},
            label=LABEL,
        ),
    },
    next_since={"type": "integer", "description": "Where to go on."},
    more={"type": "boolean", "description": "Whether there are more by now."},
)

NAMES = [
    OpenApiParameter("platform", str, "query", required=True, description="The platform's code."),
    OpenApiParameter(
        "external_id",
        str,
        "query",
        required=True,
        description="The account's id on the platform, or the handle that it holds today. The"
        " answer names the id.",
    ),
]
CLOCKS = [
    OpenApiParameter(
        "on",
        DAY,
        "query",
        description="The day that the label is true on; today on the platform if left out. Of a"
        " day to come the answer says what is already known.",
    ),
    OpenApiParameter(
        "known_at",
        str,
        "query",
        description="What the register knew at that instant (with its zone), or at the end of that"
        " day in the portal's zone. At least 10 seconds ago, else `too_recent`. If left out: now.",
    ),
]
