"""Labels of data, and how each is known (DESIGN.md section 4).

`domestic` and `overseas` are not labels: they are read through a policy's jurisdiction sets.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

UNKNOWN = "unknown"
"""The value of an axis that nobody told. It is a value: it is never read as clean."""


class Known(StrEnum):
    """How a label is known, strongest first (RELIABILITY.md section 3 has what each may do)."""

    DECLARED = "declared"
    """In the inventory."""
    STATED = "stated"
    """By a span of a service that the inventory trusts to state it."""
    INFERRED = "inferred"
    """By the built-in catalogue of cloud regions and vendor endpoints."""
    PROPAGATED = "propagated"
    """Solved over the graph from what flowed in."""
    CLAIMED = "claimed"
    """By a span or baggage that nobody vouches for: may tighten, never allow."""
    NOT_KNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Labels:
    """What is known of some data. Sets are unions: data with origins {CN, DE} has parts of both.

    `origins` are ISO 3166 alpha-2 codes of where data was collected and generated, or `UNKNOWN`;
    `classes` are words of `names.CLASSES`, or `UNKNOWN`. An empty set means: no data of any origin
    (nothing is held), which is different from `UNKNOWN`.
    """

    origins: frozenset[str] = frozenset({UNKNOWN})
    classes: frozenset[str] = frozenset({UNKNOWN})
    known: Known = Known.NOT_KNOWN

    def join(self, other: Labels) -> Labels:
        """The labels of both kinds of data together.

        >>> sorted(Labels(frozenset({"CN"})).join(Labels(frozenset({"DE"}))).origins)
        ['CN', 'DE']
        """
        return replace(
            self,
            origins=self.origins | other.origins,
            classes=self.classes | other.classes,
            known=Known.PROPAGATED,
        )


NOTHING = Labels(frozenset(), frozenset(), Known.PROPAGATED)
"""The labels of no data at all: what a join starts from."""


def join(labels: Iterable[Labels]) -> Labels:
    """The union of all; `NOTHING` for none."""
    result = NOTHING
    for item in labels:
        result = result.join(item)
    return result
