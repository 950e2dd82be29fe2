"""The house's words on pages: numbers, days, state tags, icons, navigation and small components.

A built-in library (settings.TEMPLATES): pages use it without `{% load %}`. Bigger pieces of
markup lie in templates/components/.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.forms import BoundField, Form
from django.http import QueryDict
from django.template import Context
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts import permissions
from accounts.doors.cookies import cookie_name
from journal.values import NOBODY

register = template.Library()

THEMES = ("light", "dark")  # anything else means: as the device says
PAGING = ("after", "before")  # a cursor is only good for the filter and order it was made with

# One meaning each: (tone, icon, words). The tone is never the only carrier.
STATE_TAGS: dict[str, dict[str, tuple[str, str, Any]]] = {
    "label": {
        "managed": ("ink", "id-badge-2", _("Managed")),
        "independent": ("good", "user-check", _("Independent")),
        "undisclosed": ("wait", "message-question", _("Has not answered yet")),
        "disputed": ("bad", "alert-circle", _("Disputed")),
        "none": ("quiet", "circle-dashed", pgettext_lazy("label state", "No label")),
    },
    "duty": {
        "open": ("info", "clock", pgettext_lazy("duty", "Open")),
        "met": ("good", "circle-check", pgettext_lazy("duty", "Met")),
        "overdue": ("bad", "alert-triangle", pgettext_lazy("duty", "Overdue")),
        "waived": ("quiet", "circle-minus", pgettext_lazy("duty", "Waived")),
        "closed": ("quiet", "circle-x", pgettext_lazy("duty", "Closed")),
    },
    "run": {
        "waiting": ("quiet", "clock", pgettext_lazy("run", "Waiting")),
        "running": ("info", "loader", pgettext_lazy("run", "Running")),
        "done": ("good", "circle-check", pgettext_lazy("run", "Done")),
        "failed": ("bad", "alert-triangle", pgettext_lazy("run", "Failed")),
    },
    "binding": {
        "claimed": ("wait", "mail", pgettext_lazy("binding", "Awaiting the creator")),
        "confirmed": ("good", "circle-check", pgettext_lazy("binding", "Confirmed")),
        "suspended": ("wait", "player-pause", pgettext_lazy("binding", "Suspended")),
        "void": ("quiet", "ban", pgettext_lazy("binding", "Void")),
        "refused": ("bad", "circle-x", pgettext_lazy("binding", "Refused")),
        "withdrawn": ("quiet", "circle-minus", pgettext_lazy("binding", "Withdrawn")),
    },
    "contract": {
        "upcoming": ("info", "clock", pgettext_lazy("contract", "Upcoming")),
        "active": ("good", "circle-check", pgettext_lazy("contract", "In force")),
        "expiring": ("wait", "hourglass", pgettext_lazy("contract", "Ends soon")),
        "ended": ("quiet", "circle-minus", pgettext_lazy("contract", "Ended")),
        "withdrawn": ("quiet", "circle-x", pgettext_lazy("contract", "Withdrawn")),
    },
    "rule": {
        "draft": ("quiet", "pencil", pgettext_lazy("rule", "Draft")),
        "shadow": ("info", "eye", pgettext_lazy("rule", "Shadow")),
        "live": ("good", "broadcast", pgettext_lazy("rule", "Live")),
        "retired": ("quiet", "history", pgettext_lazy("rule", "Retired")),
    },
}


# --- Numbers and days ---------------------------------------------------------------------------


@register.filter
def number(count: int | None) -> str:
    """A whole number, grouped by three; Django's Chinese format groups by four (1023,0000)."""
    return "–" if count is None else f"{count:,}"


def _cut(count: int, unit: int) -> str:
    """`count` in `unit`s, one decimal, cut and never rounded up, without a trailing zero."""
    tenths = count * 10 // unit
    whole, tenth = divmod(tenths, 10)
    return f"{whole:,}" + (f".{tenth}" if tenth else "")


@register.filter
def followers(count: int | None) -> str:
    """A count as people of the active language publish it: `10.2 M`, `1020万`.

    Cut, not rounded: 9,999,999 must not look as if it had reached the tier of ten million.
    """
    if count is None:
        return gettext("not known")
    if count < 10_000:
        return number(count)
    if (get_language() or "").startswith("zh"):
        if count >= 100_000_000:
            return _cut(count, 100_000_000) + "亿"
        if count >= 10_000_000:
            return f"{count // 10_000}万"
        return _cut(count, 10_000) + "万"
    for unit, sign in ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "K")):
        if count >= unit:
            return f"{_cut(count, unit)} {sign}"
    raise AssertionError("unreachable: counts below 10,000 are returned above")


@register.simple_tag
def follower_count(count: int | None, lower_bound: bool = False) -> str:
    """A count for people with the exact number for machines and the pointer.

    `lower_bound`: the platform published "at least that many" (5万+).
    """
    shown = followers(count) + ("+" if lower_bound and count is not None else "")
    if count is None:
        return format_html('<span class="m-quiet">{}</span>', shown)
    return format_html(
        '<data value="{}" title="{}" class="m-num">{}</data>', count, number(count), shown
    )


@register.filter
def day(value: date | datetime | None) -> str:
    """A day as `<time>2026-11-23</time>`; the same in every language, sorts as it reads."""
    if value is None:
        return format_html('<span class="m-quiet">{}</span>', "–")
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return format_html('<time datetime="{0}" class="m-num">{0}</time>', value.isoformat())


@register.filter
def last_day(until: date | None) -> str:
    """The last day of a half-open range, whose `until` is the first day that is out."""
    return day(until - timedelta(days=1) if until else None)


@register.filter
def moment(value: datetime | None) -> str:
    """An instant in the portal's time zone, to the minute; the full instant for machines."""
    if value is None:
        return format_html('<span class="m-quiet">{}</span>', "–")
    local = timezone.localtime(value)
    return format_html(
        '<time datetime="{}" class="m-num" title="{}">{}</time>',
        local.isoformat(timespec="seconds"),
        local.strftime("%Y-%m-%d %H:%M:%S %Z"),
        local.strftime("%Y-%m-%d %H:%M"),
    )


@register.filter
def days_left(due: date, today: date) -> str:
    """How far `due`, the last day to act, lies from `today`, both days of one calendar."""
    left = (due - today).days
    if left == 0:
        return gettext("due today")
    if left > 0:
        return ngettext("%(n)d day left", "%(n)d days left", left) % {"n": left}
    return ngettext("%(n)d day overdue", "%(n)d days overdue", -left) % {"n": -left}


# --- Icons and tags -----------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """One symbol of static/img/icons.svg; silent for screen readers unless it has a `label`."""
    return format_html(
        '<svg class="icon {}" {}><use href="{}#{}"></use></svg>',
        css,
        format_html('role="img" aria-label="{}"', label)
        if label
        else SafeString('aria-hidden="true"'),
        static("img/icons.svg"),
        name,
    )


@register.simple_tag
def tag(text: str, tone: str = "quiet", symbol: str = "") -> SafeString:
    """A status tag. `tone`: ink, good, wait, bad, info or quiet; `symbol` carries it as well."""
    return format_html(
        '<span class="m-tag m-tag-{}">{}{}</span>', tone, icon(symbol) if symbol else "", text
    )


@register.filter
def state_tag(state: str, kind: str = "label") -> SafeString:
    """The tag of a state: `{{ duty.status|state_tag:"duty" }}`; see STATE_TAGS for the kinds."""
    tone, symbol, words = STATE_TAGS[kind][str(state)]
    return tag(words, tone, symbol)


# --- Shell --------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def theme(context: Context) -> str:
    """`light` or `dark` when the reader chose one (cookie `theme`), else nothing."""
    request = context.get("request")
    chosen = request.COOKIES.get(cookie_name("theme"), "") if request else ""
    return chosen if chosen in THEMES else ""


@register.inclusion_tag("components/navigation.html", takes_context=True)
def navigation(context: Context, section: str) -> dict[str, Any]:
    """Links of one section (public | staff) that the reader may use, from `NAVIGATION`.

    Names that nothing answers to are left out, so that an app which is not installed leaves no
    dead link.
    """
    request = context.get("request")
    actor = getattr(request, "actor", NOBODY)
    path = request.path if request else ""
    items: list[dict[str, Any]] = []
    for entry in permissions.NAVIGATION:
        if entry.section != section or (entry.verb and not permissions.may(actor, entry.verb)):
            continue
        try:
            url = reverse(entry.url_name)
        except NoReverseMatch:
            continue
        items.append({"label": entry.label, "url": url, "icon": entry.icon, "current": False})
    # The longest address that the page lies under, so that /portal/ is not lit on every sub-page.
    under = [item for item in items if path == item["url"] or _lies_under(path, item["url"])]
    if under:
        max(under, key=lambda item: len(item["url"]))["current"] = True
    return {"items": items, "section": section, "path": path}


def _lies_under(path: str, url: str) -> bool:
    return url != "/" and path.startswith(url)


# --- Lists --------------------------------------------------------------------------------------


def _address(query: QueryDict, **changes: str | list[str] | None) -> str:
    """The same list with some parameters changed, from its first page on."""
    query = query.copy()
    for name in PAGING:
        query.pop(name, None)
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        elif isinstance(value, list):
            query.setlist(name, value)
        else:
            query[name] = value
    return "?" + query.urlencode()


@register.simple_tag(takes_context=True)
def sort_header(
    context: Context, key: str, label: str, default: str = "", css: str = ""
) -> SafeString:
    """A `<th>` whose link sorts by `key`, keeping the filter; a second use turns the order round.

    The order is the parameter `sort`: `key` upwards, `-key` downwards. `default`: what the view
    sorts by when the address does not say.
    """
    query = context["request"].GET
    current = query.get("sort", default)
    direction = {key: "ascending", f"-{key}": "descending"}.get(current)
    symbol = {"ascending": "arrow-up", "descending": "arrow-down"}.get(direction or "")
    return format_html(
        '<th scope="col" class="{}"{}><a class="m-sort" href="{}">{}{}</a></th>',
        css,
        format_html(' aria-sort="{}"', direction) if direction else "",
        _address(query, sort=f"-{key}" if current == key else key),
        label,
        icon(symbol or "arrows-sort"),
    )


def _choices(field: BoundField) -> dict[str, str]:
    """Words for submitted values of a field with choices, its groups flattened."""
    words: dict[str, str] = {}
    for value, label in getattr(field.field, "choices", ()):
        pairs = label if isinstance(label, list | tuple) else [(value, label)]
        words.update({str(v): str(text) for v, text in pairs})
    return words


def _active(form: Form, query: QueryDict) -> Iterable[tuple[BoundField, str, str]]:
    """Per submitted, not empty value: its field, the parameter's name and the value."""
    for field in form.visible_fields():
        widget = field.field.widget
        names = [field.html_name]
        if hasattr(widget, "widgets"):  # ranges: price_min, price_max
            names = [f"{field.html_name}{suffix}" for suffix in widget.widgets_names]
        for name in names:
            for value in query.getlist(name):
                if value:
                    yield field, name, value


@register.inclusion_tag("components/filter_chips.html", takes_context=True)
def filter_chips(context: Context, form: Form) -> dict[str, Any]:
    """What the list is filtered by, each with a link that takes it away. Place it in `#results`."""
    query = context["request"].GET
    chips = []
    for field, name, value in _active(form, query):
        rest = [other for other in query.getlist(name) if other != value]
        chips.append(
            {
                "label": field.label,
                "value": _choices(field).get(value, value),
                "url": _address(query, **{name: rest or None}),
            }
        )
    return {"chips": chips, "clear": context["request"].path}


@register.inclusion_tag("components/filter_bar.html", takes_context=True)
def filter_bar(
    context: Context, form: Form, shown: int = 4, results: str = "results"
) -> dict[str, Any]:
    """The filter form above a list (GET). The first `shown` fields are always there on wide
    screens, the others under "More filters", which is open while one of them is in use.

    `results`: id of the element that holds chips, table and pager; with script it is exchanged
    in place, without it the page is loaded anew.
    """
    request = context["request"]
    fields = form.visible_fields()
    used = {field.name for field, _name, _value in _active(form, request.GET)}
    more = fields[shown:]
    return {
        "form": form,
        "first": fields[:shown],
        "more": more,
        "more_used": sum(field.name in used for field in more),
        "used": len(used),
        "results": results,
        "path": request.path,
        "sort": request.GET.get("sort", ""),
    }


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """A form field's widget in the house's look, keeping what the form itself asked for."""
    kind = getattr(field.field.widget, "input_type", None)
    css = "form-select" if kind == "select" else "form-control"
    if kind in ("checkbox", "radio"):
        css = "form-check-input"
    own = field.field.widget.attrs.get("class", "")
    invalid = " is-invalid" if field.errors else ""
    return field.as_widget(attrs={"class": f"{css}{invalid} {own}".strip()})


# --- Boxes --------------------------------------------------------------------------------------


@register.simple_block_tag
def card(
    content: str,
    title: str = "",
    id: str = "",  # noqa: A002 (the word of HTML)
    css: str = "",
) -> SafeString:
    """A box with a heading (h2) and what stands between the tags."""
    return render_to_string(
        "components/card.html", {"content": content, "title": title, "id": id, "css": css}
    )


@register.simple_block_tag
def table(
    content: str,
    caption: str,
    id: str,  # noqa: A002 (the word of HTML)
    visible_caption: bool = False,
) -> SafeString:
    """A table that scrolls inside its own region: write thead and tbody between the tags.

    `id` names the region and must be the only one of its name on the page.
    """
    return render_to_string(
        "components/table.html",
        {"content": content, "caption": caption, "id": id, "visible_caption": visible_caption},
    )
