"""How cases are narrowed; the page and the API share it."""

from typing import Any

import django_filters
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from influencers.models import Platform
from reports.models import Case, Category

QUEUES = [
    ("open", pgettext_lazy("cases", "Open")),
    ("free", pgettext_lazy("cases", "Free")),
    ("mine", pgettext_lazy("cases", "Mine")),
    ("waiting", pgettext_lazy("cases", "Second person")),
    ("overdue", pgettext_lazy("cases", "Overdue")),
    ("over", pgettext_lazy("cases", "Over")),
]


class CaseFilter(django_filters.FilterSet):
    """`visible_to` of the actor's request decides about the rest."""

    queue = django_filters.ChoiceFilter(
        label=_("Queue"), choices=QUEUES, method="in_queue", empty_label=_("All")
    )
    category = django_filters.ModelChoiceFilter(
        label=_("Category"),
        queryset=Category.objects.all(),
        to_field_name="code",
        empty_label=_("All"),
    )
    platform = django_filters.ModelChoiceFilter(
        label=_("Platform"),
        queryset=Platform.objects.all(),
        to_field_name="code",
        empty_label=_("All"),
        method="on_platform",
    )
    kind = django_filters.ChoiceFilter(
        label=_("Kind"), choices=Case.Kind.choices, empty_label=_("All")
    )

    class Meta:
        model = Case
        fields = ["queue", "category", "platform", "kind"]

    def in_queue(self, queryset: Any, name: str, value: str) -> Any:
        now = timezone.now()
        match value:
            case "free":
                return queryset.free(now)
            case "mine":
                return queryset.held(now).filter(claimed_by_id=self.request.actor.id)
            case "waiting":
                return queryset.waiting()
            case "overdue":
                return queryset.overdue(now)
            case "over":
                return queryset.exclude(status=Case.Status.OPEN)
        return queryset.open()

    def on_platform(self, queryset: Any, name: str, value: Platform) -> Any:
        return queryset.filter(platform=value.code)
