"""What the numbers in bindings stand for: business lines and contract territories."""

from dataclasses import dataclass

from agencies.models import BusinessLine, ContractTerritory
from agencies.models.fields import Parts
from agencies.values import LINE_WIDTH, cover


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
