"""Invented data for the style page /design/, where every component stands in every state."""

from datetime import UTC, date, datetime
from typing import Any

from django import forms, template
from django.utils.translation import gettext_lazy as _

from accounts.templatetags.house import STATE_TAGS

register = template.Library()

LABEL_SERIES = [
    ("managed", _("Managed")),
    ("independent", _("Independent")),
    ("undisclosed", _("Has not answered yet")),
    ("disputed", _("Disputed")),
    ("none", _("No label")),
]


class SampleForm(forms.Form):
    """One field of each kind."""

    address = forms.CharField(
        label=_("Address of the account"),
        help_text=_("Paste the address of the account's page, or type its name."),
    )
    platform = forms.ChoiceField(
        label=_("Platform"), choices=[("", "–"), ("douyin", "抖音 Douyin"), ("weibo", "微博 Weibo")]
    )
    since = forms.DateField(
        label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}), required=False
    )
    answer = forms.ChoiceField(
        label=_("Is this right?"),
        widget=forms.RadioSelect,
        choices=[
            ("right", _("Right")),
            ("other", _("Right, but other dates or scope")),
            ("ended", _("Ended")),
            ("not_mine", _("Not mine")),
        ],
    )
    comment = forms.CharField(
        label=_("Comment"), widget=forms.Textarea(attrs={"rows": 3}), required=False
    )
    picture = forms.FileField(label=_("File"), required=False)
    agree = forms.BooleanField(label=_("I have read what my answer makes public"))


class SampleFilterForm(forms.Form):
    q = forms.CharField(
        label=_("Search"), required=False, widget=forms.TextInput(attrs={"type": "search"})
    )
    platform = forms.ChoiceField(
        label=_("Platform"),
        required=False,
        choices=[("", _("All")), ("douyin", "抖音 Douyin"), ("weibo", "微博 Weibo")],
    )
    state = forms.ChoiceField(
        label=_("Label"), required=False, choices=[("", _("All")), *LABEL_SERIES]
    )
    territory = forms.CharField(label=_("IP territory"), required=False)
    since = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )


def _rows() -> list[dict[str, Any]]:
    names = [
        ("阿棠不吃辣", "@atang", "抖音 Douyin", 10_230_000, "managed", date(2026, 1, 15), "met"),
        (
            "北方的小满",
            "@xiaoman",
            "微博 Weibo",
            9_999_999,
            "independent",
            date(2025, 11, 3),
            "met",
        ),
        ("River Tan", "@rivertan", "TikTok", 221_700, "none", date(2026, 6, 1), "waived"),
        ("老周修表", "@laozhou", "快手 Kuaishou", 138_000_000, "undisclosed", None, "overdue"),
        ("一颗豆芽", "@douya", "小红书 Xiaohongshu", 50_000, "disputed", date(2026, 9, 9), "open"),
    ]
    keys = ("name", "handle", "platform", "followers", "state", "since", "duty")
    return [dict(zip(keys, row, strict=True)) for row in names]


@register.simple_tag(takes_context=True)
def samples(context: template.Context) -> dict[str, Any]:
    """Everything that the style page shows, invented."""
    request = context["request"]
    at = datetime(2026, 11, 23, 6, 5, tzinfo=UTC)
    days = [f"11-{number:02d}" for number in range(1, 24)]
    return {
        "form": SampleForm(prefix="plain"),
        "wrong": SampleForm({"wrong-address": "", "wrong-comment": "…"}, prefix="wrong"),
        "filter": SampleFilterForm(request.GET or None),
        "states": [(kind, list(states)) for kind, states in STATE_TAGS.items()],
        "tones": ["ink", "good", "wait", "bad", "info", "quiet"],
        "counts": [999, 12_345, 221_700, 9_999_999, 10_230_000, 138_000_000, None],
        "day": at.date(),
        "due": date(2026, 12, 5),
        "late": date(2026, 11, 20),
        "at": at,
        "rows": _rows(),
        "page": {"next": "b2Zmc2V0", "previous": "a2V5c2V0"},
        "tabs": [
            {"label": _("Active"), "url": "?tab=active", "count": 248, "current": True},
            {"label": _("Ends soon"), "url": "?tab=soon", "count": 31, "current": False},
            {"label": _("Disputed"), "url": "?tab=disputed", "count": 0, "current": False},
        ],
        "batch": [
            {"name": "do", "value": "confirm", "label": _("Confirm unchanged")},
            {"name": "do", "value": "end", "label": _("End"), "danger": True},
        ],
        "definitions": [
            (_("Platform"), "抖音 Douyin"),
            (_("Permanent id"), "6810392011"),
            (_("IP territory"), "广东"),
        ],
        "events": [
            {"at": at, "title": _("Label changed"), "who": "乌有文化 Wuyou Culture", "tone": "ink"},
            {
                "day": date(2026, 3, 2),
                "title": _("Tier reached"),
                "text": "10 M+",
                "tone": "good",
            },
            {"day": date(2026, 1, 15), "title": _("Dispute opened"), "tone": "bad"},
        ],
        "code": '{\n  "platform": "douyin",\n  "state": "managed"\n}',
        "series": LABEL_SERIES,
        "tiers": [
            ("10 M+", [412, 388, 196, 21, 13]),
            ("5–10 M", [804, 911, 402, 33, 190]),
            ("1–5 M", [3120, 4208, 902, 61, 5110]),
        ],
        "points": [(day, 20 + (number * 37) % 61) for number, day in enumerate(days)],
        "spark": [131, 133, 132, 138, 140, 143, 148],
        "stacked": {
            "kind": "stacked",
            "x": ["10 M+", "5–10 M", "1–5 M"],
            "series": [
                {"name": str(_("Managed")), "tone": "managed", "data": [412, 804, 3120]},
                {"name": str(_("Independent")), "tone": "independent", "data": [388, 911, 4208]},
                {
                    "name": str(_("Has not answered yet")),
                    "tone": "undisclosed",
                    "data": [196, 402, 902],
                },
            ],
        },
        "lines": {
            "kind": "line",
            "x": days,
            "series": [
                {
                    "name": str(_("Open")),
                    "tone": "undisclosed",
                    "data": [120 + (number * 13) % 40 for number in range(23)],
                },
                {
                    "name": str(_("Overdue")),
                    "tone": "disputed",
                    "data": [60 - number for number in range(23)],
                },
            ],
        },
    }
