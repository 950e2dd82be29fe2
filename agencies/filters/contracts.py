"""How an agency narrows its contracts; the desk and the API share it."""

from typing import Any

import django_filters
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field

from agencies.models import Contract
from agencies.queries.contracts import in_state
from agencies.values import ContractState
from influencers.models import Platform


class ContractFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        label=_("Reference, influencer or account"), method="search", max_length=200
    )
    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=ContractState.choices,
        method="by_state",
        empty_label=_("All"),
    )
    platform = django_filters.ModelChoiceFilter(
        label=_("Platform"),
        queryset=Platform.objects.all(),
        to_field_name="code",
        method="on_platform",
        empty_label=_("All"),
    )
    kind = django_filters.ChoiceFilter(
        label=_("Kind"), choices=Contract.Kind.choices, empty_label=_("All")
    )

    class Meta:
        model = Contract
        fields = ["q", "state", "platform", "kind"]

    def search(self, queryset: Any, name: str, text: str) -> Any:
        text = text.strip().removeprefix("@")
        of_account = Q(bindings__profile__handle__iexact=text) | Q(
            bindings__profile__display_name__icontains=text
        )
        held = Contract.objects.filter(of_account).values("pk")
        return queryset.filter(
            Q(reference__icontains=text) | Q(party__icontains=text) | Q(pk__in=held)
        )

    def by_state(self, queryset: Any, name: str, state: str) -> Any:
        return in_state(queryset, state, timezone.localdate())

    @extend_schema_field(str)  # a platform's code
    def on_platform(self, queryset: Any, name: str, platform: Platform) -> Any:
        held = Contract.objects.filter(bindings__profile__platform=platform).values("pk")
        return queryset.filter(pk__in=held)
