"""How rules are narrowed; the page of the staff and the API share it."""

from typing import Any

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field

from disclosure.models import Rule
from influencers.models import Platform


class RuleFilter(django_filters.FilterSet):
    platform = django_filters.ModelChoiceFilter(
        label=_("Platform"),
        queryset=Platform.objects.all(),
        to_field_name="code",
        method="on_platform",
        empty_label=_("All"),
        help_text=_("Code of a platform: rules that reach it."),
    )
    basis = django_filters.ChoiceFilter(
        label=_("Legal basis"), choices=Rule.Basis.choices, empty_label=_("All")
    )
    status = django_filters.ChoiceFilter(
        label=_("State"), choices=Rule.Status.choices, empty_label=_("All")
    )

    class Meta:
        model = Rule
        fields = ["platform", "basis", "status"]

    @extend_schema_field(str)  # a platform's code
    def on_platform(self, queryset: Any, name: str, platform: Platform) -> Any:
        return queryset.filter(Q(platforms=[]) | Q(platforms__contains=[platform.code]))
