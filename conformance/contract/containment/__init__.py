"""Schema containment, decided by searching for a counterexample."""

from conformance.contract.containment.engine import Containment, Verdict, is_subschema

__all__ = ["Containment", "Verdict", "is_subschema"]
