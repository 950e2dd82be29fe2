from disclosure.models.declarations import Declaration, DeclarationPast
from disclosure.models.duties import Duty, Standing
from disclosure.models.rules import Rule

__all__ = ["Declaration", "DeclarationPast", "Duty", "Rule", "Standing"]
