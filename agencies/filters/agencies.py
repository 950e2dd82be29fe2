"""How agencies and public rosters are narrowed; pages and API share it."""

from typing import Any

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field

from agencies.models import Admission, Agency, Group
from agencies.queries.roster import called
from influencers.models import Platform, Profile


class AgencyFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Name or credit code"), method="search", max_length=200)
    group = django_filters.ModelChoiceFilter(
        label=_("Group"),
        queryset=Group.objects.order_by("name_en"),
        to_field_name="slug",
        empty_label=_("All"),
    )

    platform = django_filters.ModelChoiceFilter(
        label=_("Admitted to"),
        queryset=Platform.objects.all(),
        to_field_name="code",
        method="admitted",
        empty_label=_("All"),
    )

    class Meta:
        model = Agency
        fields = ["q", "group", "platform"]

    @extend_schema_field(str)  # a platform's code
    def admitted(self, queryset: Any, name: str, platform: Platform) -> Any:
        there = Admission.objects.in_force().filter(platform=platform)
        return queryset.filter(pk__in=there.values("agency"))

    def search(self, queryset: Any, name: str, text: str) -> Any:
        return called(queryset, text)


class RosterFilter(django_filters.FilterSet):
    """`on` is read by the view: the roster is put together for that day."""

    q = django_filters.CharFilter(label=_("Account"), method="search", max_length=200)
    platform = django_filters.ModelChoiceFilter(
        label=_("Platform"),
        queryset=Platform.objects.all(),
        to_field_name="code",
        empty_label=_("All"),
    )

    class Meta:
        model = Profile
        fields = ["q", "platform"]

    def search(self, queryset: Any, name: str, text: str) -> Any:
        text = text.strip().removeprefix("@")
        return queryset.filter(
            Q(handle__iexact=text) | Q(external_id=text) | Q(display_name__icontains=text)
        )
