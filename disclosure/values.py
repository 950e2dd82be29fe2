"""Words of the label, and the label as Python reads it. Nothing in here asks the database."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Who asks about the present waits for nothing; who names an instant gets an answer that stays. A
# fact becomes visible at its commit but bears the time of its writing, so what was known at a
# moment is settled once every transaction that may have written then is over.
SETTLED_AFTER_SECONDS = 10


class State(TextChoices):
    """What a label says, in the order in which the derivation looks for it (`none` also comes
    first: of an account that the platform has revoked or closed nothing is said)."""

    DISPUTED = "disputed", _("disputed")
    MANAGED = "managed", _("managed by an agency")
    INDEPENDENT = "independent", _("independent")
    UNDISCLOSED = "undisclosed", _("has not answered yet")
    NONE = "none", _("no agency on record")


# The text that a platform shows, in both languages at once: it is data of the API, like the names
# of agencies, and not a string of the portal's own pages.
TEXTS: dict[State, dict[str, str]] = {
    State.DISPUTED: {
        "zh-Hans": "所属MCN机构存在争议",
        "en": "Which agency manages this account is disputed",
    },
    State.MANAGED: {"zh-Hans": "所属MCN机构", "en": "Managed by an agency"},
    State.INDEPENDENT: {
        "zh-Hans": "已声明独立运营，无所属MCN机构",
        "en": "Declared independent: no agency manages this account",
    },
    State.UNDISCLOSED: {"zh-Hans": "尚未申报", "en": "Has not answered yet"},
    State.NONE: {"zh-Hans": "暂无所属MCN机构记录", "en": "No agency on record"},
}

# What each state means, for pages that explain labels.
MEANINGS: dict[State, str | Promise] = {
    State.DISPUTED: _(
        "Somebody who proved control of the account contests the agency that the register named."
    ),
    State.MANAGED: _(
        "One or more agencies manage the account, and its owner or the platform confirmed it."
    ),
    State.INDEPENDENT: _("The account declared that no agency manages it."),
    State.UNDISCLOSED: _(
        "A rule asks the account who manages it. It was told, the time to answer is over, and no"
        " answer has come."
    ),
    State.NONE: _(
        "The register knows of no agency and waits for no answer. That is no statement that there"
        " is none."
    ),
}


@dataclass(frozen=True, slots=True)
class LabelDuty:
    """The duty that the label answers or leaves unanswered. `rule_status` is the rule's legal
    basis (disclosure.models.Rule.Basis); `due` is the last day to answer."""

    rule: str
    rule_status: str
    since: date
    due: date


@dataclass(frozen=True, slots=True)
class Label:
    """The label of one account, true on day `on`, as the register knew it at `known_at`.

    `known_at` None means: now. `valid_from` is the first day of the unbroken run of days with this
    state (None: since ever), `valid_until` the first day on which it is already known to be
    another (None: none is known). `version` is the place in the journal of the last public event
    of the account. `data` is the JSON of the API, word for word.
    """

    platform: str
    external_id: str
    handle: str | None
    on: date
    known_at: datetime | None
    state: State
    managed_by: tuple[dict[str, Any], ...]
    reconfirmed: bool | None
    duty: LabelDuty | None
    rollout: dict[str, Any] | None
    valid_from: date | None
    valid_until: date | None
    text: dict[str, str]
    version: int
    data: dict[str, Any]

    @classmethod
    def from_json(cls, body: str) -> "Label":
        data = json.loads(body)
        duty = data["duty"]
        return cls(
            platform=data["platform"],
            external_id=data["external_id"],
            handle=data["handle"],
            on=date.fromisoformat(data["on"]),
            known_at=data["known_at"] and datetime.fromisoformat(data["known_at"]),
            state=State(data["state"]),
            managed_by=tuple(data["managed_by"]),
            reconfirmed=data["reconfirmed"],
            duty=duty
            and LabelDuty(
                duty["rule"],
                duty["rule_status"],
                date.fromisoformat(duty["since"]),
                date.fromisoformat(duty["due"]),
            ),
            rollout=data["rollout"],
            valid_from=data["valid_from"] and date.fromisoformat(data["valid_from"]),
            valid_until=data["valid_until"] and date.fromisoformat(data["valid_until"]),
            text=data["text"],
            version=data["version"],
            data=data,
        )
