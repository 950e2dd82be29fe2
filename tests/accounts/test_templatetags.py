"""The words and pieces of pages: numbers, days, tags, lists, pictures, and the look as a whole."""

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.template import Context, RequestContext, Template
from django.urls import NoReverseMatch, reverse
from django.utils import translation

from accounts.permissions import NAVIGATION, Role, may
from accounts.templatetags import charts, house
from journal.values import NOBODY, Actor, ActorKind

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
OPERATOR = Actor(ActorKind.USER, id="1", name="Lin", roles=frozenset({Role.OPERATOR.value}))
MODERATOR = Actor(ActorKind.USER, id="2", name="Mo", roles=frozenset({Role.MODERATOR.value}))


def request_of(path: str = "/", query: str = "", actor: Actor = NOBODY) -> HttpRequest:
    request = HttpRequest()
    request.method = "GET"
    request.path = request.path_info = path
    request.GET = QueryDict(query)
    request.META["QUERY_STRING"] = query
    request.actor = actor
    request.user = SimpleNamespace(is_authenticated=actor.is_known, email="lin@example.org")
    return request


def rendered(source: str, request: HttpRequest | None = None, **context: Any) -> str:
    around = Context(context) if request is None else RequestContext(request, context)
    return Template(source).render(around)


# --- Numbers and days ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "english", "chinese"),
    [
        (0, "0", "0"),
        (999, "999", "999"),
        (9_999, "9,999", "9,999"),
        (10_000, "10 K", "1万"),
        (221_700, "221.7 K", "22.1万"),
        (999_999, "999.9 K", "99.9万"),
        (9_999_999, "9.9 M", "999.9万"),
        (10_000_000, "10 M", "1000万"),
        (10_209_999, "10.2 M", "1020万"),
        (99_999_999, "99.9 M", "9999万"),
        (220_000_000, "220 M", "2.2亿"),
        (1_390_000_000, "1.3 B", "13.9亿"),
    ],
)
def test_followers_are_cut_and_written_as_the_language_does(
    count: int, english: str, chinese: str
) -> None:
    with translation.override("en"):
        assert house.followers(count) == english
    with translation.override("zh-hans"):
        assert house.followers(count) == chinese


def test_followers_that_nobody_published_are_not_known() -> None:
    assert house.followers(None) == "not known"
    assert house.follower_count(None, lower_bound=True) == (
        '<span class="m-quiet">not known</span>'
    )


def test_follower_count_carries_the_exact_number() -> None:
    assert house.follower_count(52_345, lower_bound=True) == (
        '<data value="52345" title="52,345" class="m-num">52.3 K+</data>'
    )


def test_day_is_the_same_in_every_language() -> None:
    for language in ("en", "zh-hans"):
        with translation.override(language):
            assert house.day(date(2026, 3, 2)) == (
                '<time datetime="2026-03-02" class="m-num">2026-03-02</time>'
            )


def test_day_of_an_instant_is_the_portals() -> None:
    assert "2026-03-03" in house.day(datetime(2026, 3, 2, 16, 30, tzinfo=UTC))


def test_last_day_is_the_one_before_a_half_open_end() -> None:
    assert house.last_day(date(2026, 3, 1)) == house.day(date(2026, 2, 28))
    assert house.last_day(None) == house.day(None)


def test_moment_is_in_the_portals_zone() -> None:
    assert house.moment(datetime(2026, 11, 23, 6, 5, 9, tzinfo=UTC)) == (
        '<time datetime="2026-11-23T14:05:09+08:00" class="m-num"'
        ' title="2026-11-23 14:05:09 CST">2026-11-23 14:05</time>'
    )


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (date(2026, 12, 5), "12 days left"),
        (date(2026, 11, 24), "1 day left"),
        (date(2026, 11, 23), "due today"),
        (date(2026, 11, 22), "1 day overdue"),
        (date(2026, 11, 20), "3 days overdue"),
    ],
)
def test_days_left_counts_from_the_given_day(due: date, words: str) -> None:
    assert house.days_left(due, date(2026, 11, 23)) == words


# --- Icons and tags -----------------------------------------------------------------------------


def test_tag_escapes_its_words() -> None:
    assert house.tag("<b>", "good") == '<span class="m-tag m-tag-good">&lt;b&gt;</span>'


def test_state_tag_says_the_state_in_words_and_with_a_symbol() -> None:
    written = rendered('{{ "undisclosed"|state_tag }}')
    assert "Has not answered yet" in written
    assert 'aria-hidden="true"' in written
    assert "Overdue" in rendered('{{ "overdue"|state_tag:"duty" }}')


def test_icon_with_a_label_is_a_picture_with_a_name() -> None:
    assert 'role="img" aria-label="Close"' in house.icon("x", label="Close")


def test_every_icon_that_is_asked_for_exists() -> None:
    there = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static/img/icons.svg").read_text()))
    asked = {entry.icon for entry in NAVIGATION if entry.icon}
    asked |= {
        symbol for kind in house.STATE_TAGS.values() for _tone, symbol, _words in kind.values()
    }
    for template in TEMPLATES:
        asked |= set(re.findall(r'(?:% icon |symbol=)"([a-z0-9-]+)"', template.read_text()))
    assert asked - there == set()


# --- Shell --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cookie", "attribute"), [("dark", "dark"), ("light", "light"), ("auto", ""), ('"><x', "")]
)
def test_theme_is_one_of_two_or_the_devices(cookie: str, attribute: str) -> None:
    request = request_of()
    request.COOKIES["theme"] = cookie
    assert rendered("{% theme %}", request) == attribute


def links(section: str, actor: Actor, path: str = "/") -> dict[str, str]:
    """Addresses of a navigation with the value of their aria-current."""
    written = rendered("{% navigation section %}", request_of(path, actor=actor), section=section)
    return dict(re.findall(r'<a href="([^"]+)"(?: aria-current="(\w+)")?', written))


def addresses(section: str, actor: Actor) -> set[str]:
    """What the table of the navigation allows and an address exists for."""
    found = set()
    for entry in NAVIGATION:
        if entry.section == section and (entry.verb is None or may(actor, entry.verb)):
            try:
                found.add(reverse(entry.url_name))
            except NoReverseMatch:
                continue
    return found


def test_navigation_shows_what_the_actor_may_use() -> None:
    assert set(links("public", NOBODY)) == addresses("public", NOBODY)
    assert links("staff", NOBODY) == {}
    assert set(links("staff", OPERATOR)) == addresses("staff", OPERATOR)
    assert reverse("accounts:grants") in links("staff", OPERATOR)
    assert reverse("accounts:grants") not in links("staff", MODERATOR)


def test_navigation_marks_the_page_and_its_parent() -> None:
    keys = reverse("accounts:keys")
    assert links("staff", OPERATOR, keys)[keys] == "page"
    assert links("staff", OPERATOR, keys + "new/")[keys] == "true"
    marked = [url for url, current in links("staff", OPERATOR, keys).items() if current]
    assert marked == [keys]


def test_error_page_needs_no_request() -> None:
    written = rendered('{% extends "errors/500.html" %}')
    assert "<h1>Something went wrong here</h1>" in written
    assert "set_language" not in written


# --- Lists --------------------------------------------------------------------------------------


class SomeForm(forms.Form):
    q = forms.CharField(label="Search", required=False)
    state = forms.MultipleChoiceField(
        label="Label", required=False, choices=[("a", "First"), ("b", "Second")]
    )
    since = forms.DateField(label="From", required=False)


def test_sort_header_keeps_the_filter_and_leaves_the_page() -> None:
    request = request_of("/list/", "q=x&after=cursor")
    written = rendered('{% sort_header "name" "Name" %}', request)
    assert 'href="?q=x&amp;sort=name"' in written
    assert "aria-sort" not in written


def test_sort_header_turns_round_what_it_sorted() -> None:
    up = rendered('{% sort_header "name" "Name" %}', request_of("/list/", "sort=name"))
    down = rendered('{% sort_header "name" "Name" default="-name" %}', request_of("/list/"))
    assert 'aria-sort="ascending"' in up
    assert 'href="?sort=-name"' in up
    assert 'aria-sort="descending"' in down
    assert 'href="?sort=name"' in down


def test_filter_chips_name_each_filter_and_take_it_away() -> None:
    request = request_of("/list/", "q=x&state=a&state=b&since=&before=cursor")
    form = SomeForm(request.GET)
    written = rendered("{% filter_chips form %}", request, form=form)
    chips = re.findall(r'href="([^"]+)"><span>([^<]+)<strong>([^<]+)</strong>', written)
    assert chips == [
        ("?state=a&amp;state=b&amp;since=", "Search: ", "x"),
        ("?q=x&amp;state=b&amp;since=", "Label: ", "First"),
        ("?q=x&amp;state=a&amp;since=", "Label: ", "Second"),
    ]
    assert 'class="m-chip-clear" href="/list/"' in written


def test_filter_chips_say_nothing_without_a_filter() -> None:
    assert rendered("{% filter_chips form %}", request_of(), form=SomeForm({})).strip() == ""


@pytest.mark.parametrize(("query", "opened"), [("", False), ("since=2026-01-01", True)])
def test_filter_bar_opens_the_rest_while_it_is_in_use(query: str, opened: bool) -> None:
    request = request_of("/list/", query)
    written = rendered("{% filter_bar form shown=2 %}", request, form=SomeForm(request.GET))
    assert ('<details class="m-filter-more" open>' in written) is opened
    assert written.count("<label class=") == 4  # three fields and the toggle of phones


def test_pager_keeps_the_filter_and_one_cursor() -> None:
    written = rendered(
        '{% include "components/pager.html" with page=page shown=20 %}',
        request_of("/list/", "q=x&after=old"),
        page={"next": "n", "previous": "p"},
    )
    assert re.findall(r'<a [^>]*href="([^"]+)"', written) == [
        "?q=x&amp;before=p",
        "?q=x&amp;after=n",
    ]


# --- Forms --------------------------------------------------------------------------------------


class WholeForm(forms.Form):
    name = forms.CharField(label="Name", help_text="As on the plate.")
    answer = forms.ChoiceField(
        label="Answer", widget=forms.RadioSelect, choices=[("y", "Yes"), ("n", "No")]
    )
    agree = forms.BooleanField(label="Agreed")
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea)


def test_control_keeps_the_forms_own_class_and_marks_errors() -> None:
    class Own(forms.Form):
        name = forms.CharField(widget=forms.TextInput(attrs={"class": "own"}))

    assert 'class="form-control is-invalid own"' in house.control(Own({})["name"])


def test_error_summary_leads_to_each_field() -> None:
    written = rendered(
        '{% include "components/error_summary.html" %}{% include "components/form.html" %}',
        form=WholeForm({}),
    )
    targets = re.findall(r'<a href="#([^"]+)"', written)
    assert targets == ["id_name", "id_answer", "id_agree"]
    for target in targets:
        assert written.count(f'id="{target}"') == 1


def test_form_describes_each_field_by_hint_and_error() -> None:
    written = rendered('{% include "components/form.html" %}', form=WholeForm({}))
    described = " ".join(re.findall(r'aria-describedby="([^"]+)"', written)).split()
    assert described == ["id_name_helptext", "id_name_error", "id_answer_error", "id_agree_error"]
    for name in described:
        assert written.count(f'id="{name}"') == 1
    assert written.count("(optional)") == 1


# --- Boxes and pictures -------------------------------------------------------------------------


def test_table_is_a_named_region_that_can_be_reached() -> None:
    written = rendered('{% table caption="Runs" id="runs" %}<tbody></tbody>{% endtable %}')
    assert 'role="region" aria-labelledby="runs-caption" tabindex="0"' in written
    assert '<caption id="runs-caption" class="visually-hidden">Runs</caption>' in written


def test_segments_fill_the_bar_and_show_what_is_there() -> None:
    places = charts._segments([1, 0, 99_999], 100_000)
    assert places == [(0, 4), (4, 0), (4, 996)]
    assert charts._segments([1, 1], 4) == [(0, 250), (250, 250)]


def test_stacked_bars_say_their_values() -> None:
    written = rendered(
        '{% load charts %}{% stacked_bars rows series title="T" id="t" %}',
        rows=[("10 M+", [3, 1]), ("5 M", [0, 0])],
        series=[("managed", "Managed"), ("none", "No label")],
    )
    assert 'aria-label="10 M+: Managed 3, No label 1"' in written
    assert 'aria-label="5 M: nothing"' in written
    assert re.findall(r'class="m-series-(\w+)" x="([^"]+)" width="([^"]+)"', written) == [
        ("managed", "0.0", "750.0"),
        ("none", "750.0", "250.0"),
    ]
    assert re.findall(r'<td class="m-num-col">([^<]*)</td>', written) == list("314000")


def test_columns_reach_the_top_at_the_highest_value() -> None:
    written = rendered(
        '{% load charts %}{% columns points title="T" id="t" %}',
        points=[("a", 5), ("b", 10), ("c", 0)],
    )
    assert re.findall(r'y="([^"]+)" width="10" height="([^"]+)"', written) == [
        ("50.0", "50.0"),
        ("0.0", "100.0"),
        ("100.0", "0.0"),
    ]


def test_pictures_of_nothing_are_drawn() -> None:
    assert charts.columns([], "T", "t")["points"] == []
    assert charts.stacked_bars([], [("managed", "Managed")], "T", "t")["bars"] == []
    assert charts.sparkline([4], "one value") == ""


def test_sparkline_runs_from_low_to_high() -> None:
    written = charts.sparkline([1, 3, 2], "rising")
    assert 'points="0.0,22.0 50.0,2.0 100.0,12.0"' in written
    assert 'role="img" aria-label="rising"' in written


def test_echart_has_its_table_and_escapes_its_data() -> None:
    data = {
        "kind": "bar",
        "x": ["</script>"],
        "series": [{"name": "Open", "data": [1234]}, {"name": "None", "data": [None]}],
        "unit": "d",
    }
    written = rendered('{% load charts %}{% echart data id="e" title="T" %}', data=data)
    script = re.search(r'<script id="e-data" type="application/json">(.*?)</script>', written)
    assert script is not None
    assert json.loads(script[1]) == data
    assert re.findall(r'<td class="m-num-col">([^<]*)</td>', written) == ["1,234 d", "–"]


# --- The look as a whole ------------------------------------------------------------------------


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_template_keeps_the_content_policy(template: Path) -> None:
    source = template.read_text()
    assert re.findall(r"\sstyle=|<style|\son\w+=|javascript:", source) == []
    assert re.findall(r"<script(?![^>]*\bsrc=)", source) == []
    assert re.findall(r'<(?:script|img|link|iframe)[^>]*(?:src|href)="(?:https?:)?//', source) == []


def test_light_colours_are_the_same_with_and_without_light_dark() -> None:
    style = (ROOT / "static/css/mingpai.css").read_text()
    plain = dict(re.findall(r"^  (--m-[\w-]+): (#\w+);", style, re.MULTILINE))
    both = re.findall(r"^    (--m-[\w-]+): light-dark\((#\w+), #\w+\);", style, re.MULTILINE)
    assert dict(both) == plain
