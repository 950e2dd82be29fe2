"""How the contracts of a review, and the agencies that it asks, are narrowed."""

from typing import Any

import django_filters
from django.db.models import Q, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agencies.models import Agency, ContractReview, ContractReviewItem
from agencies.queries.reviews import unfinished_in
from influencers.models import Platform


class AnswerState(TextChoices):
    """How far an answer is. Each contract of a review is in one of them."""

    TO_ANSWER = "todo", _("to answer")
    READY = "ready", _("ready to send")
    SENT = "sent", pgettext_lazy("answer", "sent")


class ReviewItemFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        label=_("Reference or influencer"), method="search", max_length=200
    )
    state = django_filters.ChoiceFilter(
        label=_("Answer"), choices=AnswerState.choices, method="in_state", empty_label=_("All")
    )
    platform = django_filters.ModelChoiceFilter(
        label=_("Platform"),
        queryset=Platform.objects.all(),
        to_field_name="code",
        method="on_platform",
        empty_label=_("All"),
    )

    class Meta:
        model = ContractReviewItem
        fields = ["q", "state", "platform"]

    def search(self, queryset: Any, name: str, text: str) -> Any:
        text = text.strip()
        named = Q(contract__reference__icontains=text) | Q(contract__party__icontains=text)
        return queryset.filter(named)

    def in_state(self, queryset: Any, name: str, state: str) -> Any:
        match AnswerState(state):
            case AnswerState.TO_ANSWER:
                return queryset.untouched()
            case AnswerState.READY:
                return queryset.drafted()
        return queryset.answered()

    def on_platform(self, queryset: Any, name: str, platform: Platform) -> Any:
        on_it = ContractReviewItem.objects.filter(contract__bindings__profile__platform=platform)
        return queryset.filter(pk__in=on_it.values("pk"))


class AskedAgencyFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Agency"), method="search", max_length=200)
    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=[("open", _("not everything answered"))],
        method="in_state",
        empty_label=_("All"),
    )

    class Meta:
        model = Agency
        fields = ["q", "state"]

    def __init__(self, *args: Any, review: ContractReview, **options: Any) -> None:
        super().__init__(*args, **options)
        self.review = review

    def search(self, queryset: Any, name: str, text: str) -> Any:
        text = text.strip()
        return queryset.filter(Q(name_zh__icontains=text) | Q(name_en__icontains=text))

    def in_state(self, queryset: Any, name: str, state: str) -> Any:
        return unfinished_in(queryset, self.review)
