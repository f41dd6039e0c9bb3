"""The `match` of an entry: which observed places are meant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, TypeAlias

from pydantic import Field, model_validator

from lineage.inventory.values import Kind, OneOrMany, Section, Text, Texts


class Match(Section):
    """Which observed places are meant: all keys that are written must fit. Patterns may hold * and ?.

    What telemetry does not tell never fits, not even `*`.
    """

    kind: Annotated[tuple[Kind, ...], Field(min_length=1), OneOrMany()] | None = None
    service: Texts | None = None
    """service.name; of a peer without telemetry of its own, the name its callers give it."""
    namespace: Texts | None = None
    """service.namespace"""
    environment: Texts | None = None
    """deployment.environment.name"""
    provider: Texts | None = None
    """cloud.provider of a service, gen_ai.provider.name of a model."""
    region: Texts | None = None
    """cloud.region"""
    host: Texts | None = None
    """Host of a store, model or remote; with :port only that port is meant."""
    system: Texts | None = None
    """db.system.name or messaging.system"""
    database: Texts | None = None
    """db.namespace"""
    collection: Texts | None = None
    """Table, index, bucket or key prefix."""
    model: Texts | None = None
    topic: Texts | None = None
    operator: Texts | None = None
    """Role of people who act (lineage.actor.role)."""
    tenant: Texts | None = None
    """Name of a party; in `places` use the section `parties` instead."""
    owner: Texts | None = None
    """The service that saw a peer without address."""

    @model_validator(mode="after")
    def _some(self) -> Match:
        if not self.model_fields_set:
            raise ValueError("this matches nothing: write at least one key")
        return self

    def patterns(self) -> Mapping[str, tuple[str, ...]]:
        """The keys that are written, with their patterns."""
        return {name: value for name in MATCH_KEYS if (value := getattr(self, name)) is not None}


MATCH_KEYS = tuple(Match.model_fields)

Where: TypeAlias = Text | Match
"""A place by its name in this inventory, or by what it matches."""


class PartyMatch(Section):
    """Which customers are meant: by tenant, or whoever calls an entry service without telling a tenant."""

    tenant: Texts | None = None
    """Tenant identifiers or patterns."""
    entry: Texts | None = None
    """service.name of the service that they call directly."""

    @model_validator(mode="after")
    def _one(self) -> PartyMatch:
        if (self.tenant is None) == (self.entry is None):
            raise ValueError("write either 'tenant' or 'entry'. A tenant is the same at every entry")
        return self

    def patterns(self) -> Mapping[str, tuple[str, ...]]:
        """The keys that are written, with their patterns."""
        found = {"tenant": self.tenant, "entry": self.entry}
        return {name: value for name, value in found.items() if value is not None}


class FlowMatch(Section):
    """Which pairs of places are meant."""

    from_: Where = Field(alias="from")
    to: Where
