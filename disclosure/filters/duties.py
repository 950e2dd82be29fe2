"""How duties are narrowed."""

from typing import Any

import django_filters
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.models import Duty, Rule
from disclosure.queries.duties import days
from influencers.models import Platform

OVERDUE = "overdue"


class DutyFilter(django_filters.FilterSet):
    """`visible_to` of the actor's request decides about the rest."""

    platform = django_filters.ModelChoiceFilter(
        label=_("Platform"),
        field_name="profile__platform",
        queryset=Platform.objects.all(),
        to_field_name="code",
        empty_label=_("All"),
    )
    rule = django_filters.ModelChoiceFilter(
        label=_("Rule"),
        queryset=Rule.objects.exclude(live_from=None),
        to_field_name="code",
        empty_label=_("All"),
    )
    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=[*Duty.Status.choices, (OVERDUE, _("overdue"))],
        method="in_state",
        empty_label=_("All"),
    )
    tier = django_filters.NumberFilter(
        label=_("From tier"),
        field_name="profile__tier",
        lookup_expr="gte",
        min_value=0,
        max_value=99,
        help_text=_("Number of floors held."),
    )

    class Meta:
        model = Duty
        fields = ["platform", "rule", "state", "tier"]

    def in_state(self, queryset: Any, name: str, value: str) -> Any:
        if value != OVERDUE:
            return queryset.filter(status=value)
        today = days(timezone.now())
        if not today:
            return queryset.none()
        # A duty is overdue by its own platform's day; mostly that is one day for all of them.
        late = Q(due__lt=min(today.values()))
        for platform, day in today.items():
            if day > min(today.values()):
                late |= Q(due__lt=day, profile__platform=platform)
        return queryset.filter(late, status=Duty.Status.OPEN)
