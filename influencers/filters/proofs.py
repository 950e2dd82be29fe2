"""How the list of codes to look for is narrowed."""

import django_filters
from django.utils.translation import gettext_lazy as _

from influencers.models import ControlProof, Platform


class ProofFilter(django_filters.FilterSet):
    platform = django_filters.ModelChoiceFilter(
        label=_("Platform"),
        queryset=Platform.objects.all(),
        to_field_name="code",
        field_name="profile__platform",
        empty_label=_("All"),
    )

    class Meta:
        model = ControlProof
        fields = ["platform"]
