"""Contract types: what a rule can demand. `CONTRACTS` are all that are built in, in the order of the manual.

Others come from entry points (plugins.py); they derive from `Contract` and use what is exported here.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from lineage.contracts._contract import (
    Case,
    Context,
    Contract,
    Fault,
    PlaceMatch,
    each_place,
    fault_at,
    lacks,
    ours,
)
from lineage.contracts.attested import Attested
from lineage.contracts.expression import Expression
from lineage.contracts.forbid_flow import ForbidFlow
from lineage.contracts.never_meet import NeverMeet
from lineage.contracts.observed import Observed
from lineage.contracts.party_requires import PartyRequires
from lineage.contracts.pass_through import PassThrough
from lineage.contracts.place_requires import PlaceRequires
from lineage.contracts.purpose import PurposeLimit
from lineage.contracts.retention import Retention
from lineage.contracts.round_trip import RoundTrip
from lineage.contracts.stay_within import StayWithin
from lineage.contracts.traceable import Traceable

__all__ = [
    "CONTRACTS",
    "AnyContract",
    "Attested",
    "Case",
    "Context",
    "Contract",
    "Expression",
    "Fault",
    "ForbidFlow",
    "NeverMeet",
    "Observed",
    "PartyRequires",
    "PassThrough",
    "PlaceMatch",
    "PlaceRequires",
    "PurposeLimit",
    "Retention",
    "RoundTrip",
    "StayWithin",
    "Traceable",
    "each_place",
    "fault_at",
    "lacks",
    "ours",
]

CONTRACTS = (
    ForbidFlow,
    NeverMeet,
    StayWithin,
    PassThrough,
    Retention,
    PurposeLimit,
    PlaceRequires,
    PartyRequires,
    RoundTrip,
    Traceable,
    Attested,
    Expression,
    Observed,
)

AnyContract = Annotated[
    ForbidFlow
    | NeverMeet
    | StayWithin
    | PassThrough
    | Retention
    | PurposeLimit
    | PlaceRequires
    | PartyRequires
    | RoundTrip
    | Traceable
    | Attested
    | Expression
    | Observed,
    Field(discriminator="type"),
]
"""Any of `CONTRACTS`, told apart by `type`."""
