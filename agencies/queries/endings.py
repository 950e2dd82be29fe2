"""What an agency would leave behind if it were no more from a day on."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from agencies.models import Agency, Binding, Contract
from agencies.models.bindings import PUBLIC


@dataclass(frozen=True, slots=True)
class Held:
    """Contracts that are kept, and bindings that are claimed or public, beyond a day."""

    contracts: list[Contract]
    bindings: list[Binding]


def held_on(agency: Agency, day: date, *, lock: bool = False) -> Held:
    """Of an agency, in id order; `lock` keeps the rows from changing. Two queries. Asked in a sight
    that shows the agency's rows."""
    beyond = Q(during__upper_inf=True) | Q(during__endswith__gt=day)
    contracts = Contract.objects.kept().filter(beyond, agency=agency).order_by("pk")
    states = ["claimed", *PUBLIC]
    bindings = Binding.objects.filter(beyond, agency=agency, status__in=states).order_by("pk")
    bindings = bindings.select_related("profile__platform")
    if lock:
        contracts = contracts.select_for_update(no_key=True)
        bindings = bindings.select_for_update(no_key=True, of=("self",))
    return Held(list(contracts), list(bindings))
