"""How imports are narrowed."""

import django_filters
from django.utils.translation import gettext_lazy as _

from influencers.models import ImportBatch


class ImportFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(
        label=_("State"), choices=ImportBatch.Status.choices, empty_label=_("All")
    )
    name = django_filters.CharFilter(label=_("File"), lookup_expr="icontains")

    class Meta:
        model = ImportBatch
        fields = ["status", "name"]
