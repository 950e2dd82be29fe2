"""How disputes and unanswered claims are narrowed; agencies and staff share it."""

from typing import Any

import django_filters
from django.db.models import Q, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agencies.models import Binding, Dispute
from influencers.models import Platform


class DisputeState(TextChoices):
    OPEN = "open", _("waits for the agency")
    ANSWERED = "answered", _("waits for a decision")
    OVER = "over", pgettext_lazy("disputes", "over")


def _of_account(queryset: Any, text: str) -> Any:
    text = text.strip().removeprefix("@")
    return queryset.filter(
        Q(profile__handle__iexact=text)
        | Q(profile__external_id=text)
        | Q(profile__display_name__icontains=text)
    )


class DisputeFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Account"), method="search", max_length=200)
    state = django_filters.ChoiceFilter(
        label=_("State"), choices=DisputeState.choices, method="in_state", empty_label=_("All")
    )
    wish = django_filters.ChoiceFilter(
        label=_("About"), choices=Dispute.Wish.choices, empty_label=_("All")
    )
    platform = django_filters.ModelChoiceFilter(
        label=_("Platform"),
        queryset=Platform.objects.all(),
        to_field_name="code",
        field_name="profile__platform",
        empty_label=_("All"),
    )

    class Meta:
        model = Dispute
        fields = ["q", "state", "wish", "platform"]

    def search(self, queryset: Any, name: str, text: str) -> Any:
        return _of_account(queryset, text)

    def in_state(self, queryset: Any, name: str, state: str) -> Any:
        if state == DisputeState.OVER:
            return queryset.exclude(status__in=["open", "answered"])
        return queryset.filter(status=state)


class ClaimFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Account"), method="search", max_length=200)
    platform = django_filters.ModelChoiceFilter(
        label=_("Platform"),
        queryset=Platform.objects.all(),
        to_field_name="code",
        field_name="profile__platform",
        empty_label=_("All"),
    )
    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=[("proposed", _("waits for a second person"))],
        method="in_state",
        empty_label=_("All"),
    )

    class Meta:
        model = Binding
        fields = ["q", "platform", "state"]

    def search(self, queryset: Any, name: str, text: str) -> Any:
        return _of_account(queryset, text)

    def in_state(self, queryset: Any, name: str, state: str) -> Any:
        return queryset.filter(proposed=True)
