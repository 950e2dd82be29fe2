"""How an agency narrows the accounts it has claimed; the desk and the API share it."""

from typing import Any

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.models import Binding
from influencers.models import Platform


class BindingFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Account"), method="search", max_length=200)
    status = django_filters.ChoiceFilter(
        label=_("State"), choices=Binding.Status.choices, empty_label=_("All")
    )
    platform = django_filters.ModelChoiceFilter(
        label=_("Platform"),
        field_name="profile__platform",
        queryset=Platform.objects.all(),
        to_field_name="code",
        empty_label=_("All"),
    )
    on = django_filters.DateFilter(
        label=_("In force on"), field_name="during", lookup_expr="contains"
    )

    class Meta:
        model = Binding
        fields = ["q", "status", "platform", "on"]

    def search(self, queryset: Any, name: str, text: str) -> Any:
        text = text.strip().removeprefix("@")
        return queryset.filter(
            Q(profile__handle__iexact=text)
            | Q(profile__external_id=text)
            | Q(profile__display_name__icontains=text)
        )
