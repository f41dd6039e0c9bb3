"""Contract types: what a rule can demand. The tuple is the whole registry, in the order of the manual."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from lineage.contracts.attested import Attested
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

__all__ = [
    "CONTRACTS",
    "AnyContract",
    "Attested",
    "ForbidFlow",
    "NeverMeet",
    "Observed",
    "PartyRequires",
    "PassThrough",
    "PlaceRequires",
    "PurposeLimit",
    "Retention",
    "RoundTrip",
    "StayWithin",
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
    Attested,
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
    | Attested
    | Observed,
    Field(discriminator="type"),
]
"""Any of `CONTRACTS`, told apart by `type`."""
