"""How applications, admissions and filings are narrowed."""

from typing import Any

import django_filters
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.models import Admission, Application, Filing
from influencers.models import Platform


def _platform(field: str) -> django_filters.ModelChoiceFilter:
    return django_filters.ModelChoiceFilter(
        label=_("Platform"),
        queryset=Platform.objects.all(),
        to_field_name="code",
        field_name=field,
        empty_label=_("All"),
    )


class AdmissionFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Agency"), method="search", max_length=200)
    platform = _platform("platform")
    status = django_filters.ChoiceFilter(
        label=_("State"), choices=Admission.Status.choices, empty_label=_("All")
    )
    again = django_filters.ChoiceFilter(
        label=_("Checks"),
        choices=[("open", _("to be checked again"))],
        method="to_check",
        empty_label=_("All"),
    )

    class Meta:
        model = Admission
        fields = ["q", "platform", "status", "again"]

    def search(self, queryset: Any, name: str, text: str) -> Any:
        return queryset.filter(
            Q(agency__name_zh__icontains=text)
            | Q(agency__name_en__icontains=text)
            | Q(agency__credit_code=text.strip().upper())
        )

    def to_check(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(to_check_since__isnull=False)


class ApplicationFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(
        label=_("State"), choices=Application.Status.choices, empty_label=_("All")
    )

    class Meta:
        model = Application
        fields = ["status"]


class FilingFilter(django_filters.FilterSet):
    platform = _platform("admission__platform")
    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=[("open", _("to be filed")), ("overdue", _("overdue")), ("filed", _("filed"))],
        method="in_state",
        empty_label=_("All"),
    )

    class Meta:
        model = Filing
        fields = ["platform", "state"]

    def in_state(self, queryset: Any, name: str, state: str) -> Any:
        if state == "filed":
            return queryset.filter(filed_on__isnull=False)
        return queryset.overdue(timezone.localdate()) if state == "overdue" else queryset.open()
