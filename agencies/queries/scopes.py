"""What the numbers in bindings stand for: business lines and contract territories."""

from collections.abc import Iterable
from dataclasses import dataclass

from agencies.models import ALL_LINES, WORLD, BusinessLine, ContractTerritory
from agencies.models.fields import Parts
from agencies.values import LINE_WIDTH, cover, joined


@dataclass(frozen=True, slots=True)
class Scopes:
    """The tables of both, read once (two queries)."""

    lines: list[BusinessLine]
    places: list[ContractTerritory]

    @classmethod
    def known(cls) -> "Scopes":
        return cls(list(BusinessLine.objects.all()), list(ContractTerritory.objects.all()))

    def lines_of(self, parts: Parts) -> list[BusinessLine]:
        """The lines that a set of numbers holds."""
        known = [(line.number, line.number + LINE_WIDTH) for line in self.lines]
        return [self.lines[position] for position in cover(parts, known)]

    def places_of(self, parts: Parts) -> list[ContractTerritory]:
        """The territories that a set of numbers holds, a country instead of its provinces."""
        known = [(place.lo, place.hi) for place in self.places]
        return [self.places[position] for position in cover(parts, known)]


def parts_of(
    lines: Iterable[BusinessLine], places: Iterable[ContractTerritory]
) -> dict[str, Parts]:
    """The sets of numbers of a binding, as the actions take them; none means all of them."""
    numbers = [(line.number, line.number + LINE_WIDTH) for line in lines]
    return {
        "lines": joined(numbers) or ALL_LINES,
        "territory": joined([(place.lo, place.hi) for place in places]) or WORLD,
    }
