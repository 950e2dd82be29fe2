"""What lists of accounts can be asked for; pages and API share them."""

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from drf_spectacular.utils import extend_schema_field

from accounts.models import ApiKey, Grant, Notice, Proposal
from accounts.models.proposals import WITH_TWO
from accounts.permissions import Right, Role


class GrantFilter(filters.FilterSet):
    q = filters.CharFilter(label=_("Person"), method="search")
    role = filters.ChoiceFilter(label=_("Role"), choices=Role.choices, empty_label=_("All"))
    platform = filters.CharFilter(label=_("Platform"))
    state = filters.ChoiceFilter(
        label=_("State"),
        empty_label=_("All"),
        method="by_state",
        choices=[("now", _("in force or to come")), ("over", pgettext_lazy("grant", "over"))],
    )

    class Meta:
        model = Grant
        fields = ["q", "role", "platform", "state"]

    def search(self, queryset: QuerySet[Grant], _name: str, text: str) -> QuerySet[Grant]:
        return queryset.filter(Q(user__email__icontains=text) | Q(user__name__icontains=text))

    def by_state(self, queryset: Any, _name: str, state: str) -> QuerySet[Grant]:
        alive = Grant.objects.not_over(timezone.localdate())
        return queryset.filter(pk__in=alive) if state == "now" else queryset.exclude(pk__in=alive)


class KeyFilter(filters.FilterSet):
    q = filters.CharFilter(label=_("Name"), field_name="name", lookup_expr="icontains")
    platform = filters.CharFilter(label=_("Platform"))
    right = filters.ChoiceFilter(
        label=pgettext_lazy("of an API key", "Right"),
        empty_label=_("All"),
        choices=Right.choices,
        method="by_right",
    )
    state = filters.ChoiceFilter(
        label=_("State"),
        empty_label=_("All"),
        method="by_state",
        choices=[("usable", _("usable")), ("ended", _("revoked or expired"))],
    )

    class Meta:
        model = ApiKey
        fields = ["q", "platform", "right", "state"]

    def by_right(self, queryset: QuerySet[ApiKey], _name: str, right: str) -> QuerySet[ApiKey]:
        return queryset.filter(rights__contains=[right])

    def by_state(self, queryset: Any, _name: str, state: str) -> QuerySet[ApiKey]:
        usable = ApiKey.objects.get_queryset().usable(timezone.now())
        if state == "usable":
            return queryset.filter(pk__in=usable)
        return queryset.exclude(pk__in=usable)


class ProposalFilter(filters.FilterSet):
    q = filters.CharFilter(label=_("About"), field_name="subject_name", lookup_expr="icontains")
    action = filters.ChoiceFilter(
        label=_("Act"),
        empty_label=_("All"),
        choices=[(act.value, act.label) for act in WITH_TWO],
    )
    platform = filters.CharFilter(label=_("Platform"))

    class Meta:
        model = Proposal
        fields = ["q", "action", "platform"]


YES_NO = ("1", "0", "true", "false")


@extend_schema_field({"type": "string", "enum": list(YES_NO)})
class YesNoFilter(filters.TypedChoiceFilter):
    """A boolean in an address; anything but these words is an error, not a no."""

    def __init__(self, **options: Any) -> None:
        choices = [(word, word) for word in YES_NO]
        super().__init__(choices=choices, coerce=lambda word: word in ("1", "true"), **options)


class NoticeFilter(filters.FilterSet):
    undelivered = YesNoFilter(
        label=_("Not delivered yet"), field_name="delivered_at", lookup_expr="isnull"
    )

    class Meta:
        model = Notice
        fields = ["undelivered"]
