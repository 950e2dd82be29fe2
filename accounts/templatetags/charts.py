"""Pictures of numbers, each with its table: `{% load charts %}`.

Public pages, mail and print get SVG written here, with classes only (the content policy allows no
style attributes). Staff pages may use `echart`, drawn by static/js/charts.js from JSON in the page.
"""

from collections.abc import Sequence
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()

WIDTH = 1000.0  # of a bar's own coordinates; the page stretches it
SLIVER = 4.0  # what is there must be seen, however few

Number = int | float
Series = Sequence[tuple[str, str]]  # (tone, words); tones: style sheet, m-series-…
Row = tuple[str, Sequence[Number]]


def _number(value: Number | None, unit: str = "") -> str:
    if value is None:
        return "–"
    written = f"{value:,.1f}" if isinstance(value, float) else f"{value:,}"
    return f"{written} {unit}" if unit else written


def _segments(values: Sequence[Number], whole: Number) -> list[tuple[float, float]]:
    """(x, width) of each value in a bar that is WIDTH wide when the values make up `whole`."""
    widths = [max(value / whole * WIDTH, SLIVER) if value else 0.0 for value in values]
    excess = sum(widths) - sum(values) / whole * WIDTH  # what the slivers took too much
    if excess > 0:
        widest = max(range(len(widths)), key=widths.__getitem__)
        widths[widest] -= excess
    starts = [sum(widths[:i]) for i in range(len(widths))]
    return [(round(float(x), 2), round(width, 2)) for x, width in zip(starts, widths, strict=True)]


@register.inclusion_tag("components/stacked_bars.html")
def stacked_bars(
    rows: Sequence[Row],
    series: Series,
    title: str,
    id: str,  # noqa: A002 (the word of HTML)
    share: bool = True,
    unit: str = "",
) -> dict[str, Any]:
    """One bar a row, cut into the series.

    rows: (label, one value per series) · series: (tone, words) · share: each bar is 100 % of its
    own row; else the longest row is full and the others in proportion · id: only one on the page.
    """
    longest = max((sum(values) for _label, values in rows), default=0)
    bars = []
    for label, values in rows:
        total = sum(values)
        whole = total if share else longest
        places = _segments(values, whole) if whole else []
        said = ", ".join(
            f"{words} {_number(value, unit)}"
            for (_tone, words), value in zip(series, values, strict=True)
            if value
        )
        bars.append(
            {
                "label": label,
                "total": _number(total, unit),
                "said": f"{label}: {said or _('nothing')}",
                "parts": [
                    (tone, x, width)
                    for (tone, _words), (x, width) in zip(series, places, strict=False)
                    if width
                ],
                "values": [_number(value, unit) for value in values],
            }
        )
    return {"title": title, "id": id, "series": series, "bars": bars}


@register.inclusion_tag("components/columns.html")
def columns(
    points: Sequence[tuple[str, Number]],
    title: str,
    id: str,  # noqa: A002 (the word of HTML)
    measure: str = "",
    tone: str = "managed",
    unit: str = "",
) -> dict[str, Any]:
    """One column a point, at most about forty.

    points: (label, value) · measure: what the values are, head of the table's column.
    """
    top = max((value for _label, value in points), default=0)
    dense = len(points) > 12
    labelled = {0, len(points) // 2, len(points) - 1} if dense else set(range(len(points)))
    return {
        "title": title,
        "id": id,
        "tone": tone,
        "dense": dense,
        "measure": measure or _("Value"),
        "points": [
            {
                "label": label,
                "value": _number(value, unit),
                "y": round(100 - value / top * 100, 2) if top else 100,
                "height": round(value / top * 100, 2) if top else 0,
                "labelled": index in labelled,
            }
            for index, (label, value) in enumerate(points)
        ],
    }


@register.simple_tag
def sparkline(values: Sequence[Number], label: str, tone: str = "managed") -> SafeString:
    """A line as high as a word, beside a figure that says the newest value.

    `label` is what a screen reader says of it.
    """
    if len(values) < 2:
        return SafeString("")
    low, high = min(values), max(values)
    span = (high - low) or 1
    step = 100 / (len(values) - 1)
    points = " ".join(
        f"{i * step:.1f},{22 - (value - low) / span * 20:.1f}" for i, value in enumerate(values)
    )
    return format_html(
        '<svg class="m-spark m-series-{}" viewBox="0 0 100 24" preserveAspectRatio="none" '
        'role="img" aria-label="{}"><polyline points="{}"/></svg>',
        tone,
        label,
        points,
    )


@register.inclusion_tag("components/echart.html")
def echart(
    data: dict[str, Any],
    id: str,  # noqa: A002 (the word of HTML)
    title: str,
    definition: str = "",
    visible_title: bool = True,
) -> dict[str, Any]:
    """A chart of Apache ECharts with its table; staff pages only, with `{% echart_scripts %}`.

    `visible_title`: False where the card around it already shows the title.
    data: kind (bar | stacked | line | area), x (labels), series (each name, data, and optionally
    tone: managed, independent, undisclosed, disputed, none), unit (optional).
    """
    unit = data.get("unit", "")
    lines = [
        (label, [_number(series["data"][index], unit) for series in data["series"]])
        for index, label in enumerate(data["x"])
    ]
    return {
        "data": data,
        "data_id": f"{id}-data",
        "id": id,
        "title": title,
        "definition": definition,
        "visible_title": visible_title,
        "lines": lines,
    }


@register.simple_tag
def echart_scripts() -> SafeString:
    """The two scripts that `echart` needs, for `{% block scripts %}`."""
    return format_html_join(
        "\n",
        '<script src="{}" defer></script>',
        [(static("vendor/echarts.min.js"),), (static("js/charts.js"),)],
    )
