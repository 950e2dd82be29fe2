"""Filters that a page and its API share."""

from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _

from dashboards.models import Tally
from influencers.models import Platform
from journal.models import Run


class CoverageFilter(django_filters.FilterSet):
    """Coverage of some platforms, from some tier on."""

    platform = django_filters.ModelMultipleChoiceFilter(
        label=_("Platform"),
        queryset=Platform.objects.all(),
        to_field_name="code",
        method="of_platforms",
    )
    tier_from = django_filters.NumberFilter(
        label=_("From tier"), field_name="tier", lookup_expr="gte", min_value=0, max_value=99
    )

    class Meta:
        model = Tally
        fields: list[str] = []

    def of_platforms(self, queryset: Any, name: str, chosen: list[Platform]) -> Any:
        return queryset.filter(platform_id__in=[p.pk for p in chosen]) if chosen else queryset


class RunFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(
        label=_("Kind"),
        empty_label=_("All"),
        choices=[
            ("import", _("import")),
            ("tiers", _("tiers")),
            ("duties", _("duties")),
            ("labels", _("labels")),
            ("tallies", _("tallies")),
            ("reviews", _("contract reviews")),
        ],
    )
    status = django_filters.ChoiceFilter(
        label=_("State"), empty_label=_("All"), choices=Run.Status.choices
    )

    class Meta:
        model = Run
        fields = ["kind", "status"]
