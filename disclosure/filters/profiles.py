"""How the register is searched and narrowed; the page and the API share it."""

from collections.abc import Iterable, Sequence
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency, Binding
from disclosure.queries import register
from disclosure.values import State
from influencers.models import Profile
from influencers.queries.search import Sought, exact_ids, matching, understand
from influencers.values.territories import territory_code

UNKNOWN_TIER = "unknown"
OF_THE_LIST = {"invalid_choice": _("Choose one from the list.")}
EXACT = 10  # accounts that carry exactly the same name are few


class TerritoryField(forms.CharField):
    """The name or the code of a territory; cleaned to the code."""

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        code = territory_code(text)
        if code is None:
            raise ValidationError(_("No province or country of this name or code is known."))
        return code


class TerritoryFilter(django_filters.CharFilter):
    field_class = TerritoryField


class AgencyField(forms.CharField):
    """The name of an agency, in either language, or its code in addresses; cleaned to the ids of
    those that are called so."""

    def clean(self, value: Any) -> list[int]:
        text = super().clean(value)
        if not text:
            return []
        named = Q(slug=text.lower()) | Q(name_zh__iexact=text) | Q(name_en__iexact=text)
        found = list(Agency.objects.filter(named).order_by("pk").values_list("pk", flat=True)[:20])
        if not found:
            raise ValidationError(_("No agency of this name is known."))
        return found


class AgencyFilter(django_filters.CharFilter):
    field_class = AgencyField


class ProfileFilter(django_filters.FilterSet):
    """`known` are the platforms with the floors of their tiers, where the caller has them."""

    q = django_filters.CharFilter(
        label=_("Name, handle, address or id"),
        method="search",
        max_length=1000,  # a pasted address may be long; what is looked for is cut
        help_text=_("Words of the name or handle, an exact handle or id, or an address."),
    )
    platform = django_filters.ChoiceFilter(
        label=_("Platform"),
        method="on_platform",
        error_messages=OF_THE_LIST,
        empty_label=_("All"),
        help_text=_("Code of a platform."),
    )
    tier = django_filters.ChoiceFilter(
        label=_("Followers"),
        method="in_tier",
        error_messages=OF_THE_LIST,
        empty_label=_("All"),
        help_text=_("Number of floors held, or “unknown”."),
    )
    state = django_filters.ChoiceFilter(
        label=_("Label"),
        choices=State.choices,
        method="in_state",
        empty_label=_("All"),
        error_messages=OF_THE_LIST,
    )
    agency = AgencyFilter(
        label=_("Agency"),
        max_length=200,
        method="of_agency",
        help_text=_("Its name, or what stands for it in addresses: accounts whose label names it."),
    )
    ip_territory = TerritoryFilter(
        label=_("IP territory"),
        max_length=60,
        help_text=_("Code or name of a province or country."),
    )

    class Meta:
        model = Profile
        fields: list[str] = []

    def __init__(
        self,
        data: Any = None,
        queryset: Any = None,
        *,
        request: Any = None,
        prefix: str | None = None,
        known: Sequence[Any] | None = None,
    ) -> None:
        super().__init__(data, queryset, request=request, prefix=prefix)
        self.apart: list[Profile] | None = None
        self.known: Sequence[Any] = (
            list(register.platforms(request.actor)) if known is None else known
        )
        self.filters["platform"].extra["choices"] = [(p.code, p.name) for p in self.known]
        tiers = max((len(p.floors) for p in self.known), default=0)
        self.filters["tier"].extra["choices"] = [
            *[(str(n), str(n)) for n in range(tiers, -1, -1)],
            (UNKNOWN_TIER, _("not published")),
        ]

    @property
    def sought(self) -> Sought:
        """The search text as it was understood."""
        text = self.form.cleaned_data.get("q", "") if self.form.is_valid() else ""
        return understand(text, self.known)

    def exact(self, readable: QuerySet[Profile, Any]) -> list[Profile]:
        """The accounts that are called or numbered exactly as searched, under the other filters.

        Asked before `qs`, for a page that shows them apart: `qs` then leaves them out.
        """
        sought = self.sought
        self.apart = []
        if sought.names:
            found = self.narrow(register.with_standing(readable))
            found = found.filter(pk__in=exact_ids(sought))
            self.apart = list(found.order_by(*register.ORDER)[:EXACT])
        return self.apart

    def narrow(self, queryset: QuerySet[Profile, Any]) -> QuerySet[Profile, Any]:
        """Every filter but the search."""
        for name, value in self.form.cleaned_data.items():
            if name != "q":
                queryset = self.filters[name].filter(queryset, value)
        return queryset

    def search(self, queryset: Any, name: str, value: str) -> Any:
        sought = self.sought
        if self.apart is not None:
            named = [profile.pk for profile in self.apart]
            return matching(queryset, sought).exclude(pk__in=named)
        ids = list(exact_ids(sought).values_list("pk", flat=True))
        return matching(queryset, sought, or_one_of=ids)

    def on_platform(self, queryset: Any, name: str, value: str) -> Any:
        # By number, not by code: only then does the index give the rows in the register's order.
        return queryset.filter(platform__in=[p.pk for p in self.known if p.code == value])

    def in_tier(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(rank=-1 if value == UNKNOWN_TIER else int(value))

    def in_state(self, queryset: Any, name: str, value: str) -> Any:
        none = Q(standing__isnull=True) if value == State.NONE else Q()
        return queryset.filter(Q(standing__state=value) | none)

    def of_agency(self, queryset: Any, name: str, ids: list[int]) -> Any:
        # The bindings lead to few accounts; the standing says of which the label speaks today.
        held = Binding.objects.filter(agency__in=ids, status=Binding.Status.CONFIRMED)
        return queryset.filter(pk__in=held.values("profile"), standing__agencies__overlap=ids)


def name_tiers(form: forms.Form, names: Iterable[tuple[int, str]]) -> None:
    """Gives the choices of the field `tier` words that the entrance has for them."""
    words = {str(tier): name for tier, name in names}
    field = form.fields["tier"]
    field.choices = [(value, words.get(value, label)) for value, label in field.choices if value]  # type: ignore[attr-defined]
