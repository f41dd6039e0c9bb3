"""Contract types of other distributions: entry points of the group `lineage.contracts`, name -> class.

Loaded when a pack uses a type that is not built in, and never otherwise. What is wrong with one is a
`ConfigError` that names the distribution; a built-in type cannot be replaced.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from inspect import isabstract
from typing import TYPE_CHECKING, Any, get_args

from lineage.contracts._contract import Context, Contract
from lineage.errors import ConfigError, LineageError
from lineage.findings import Checked
from lineage.words import teach

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "lineage.contracts"


def type_of(contract: type[Contract]) -> str:
    """The word that packs write in `type`.

    >>> from lineage.contracts import NeverMeet
    >>> type_of(NeverMeet)
    'never-meet'
    """
    field = contract.model_fields.get("type")
    words = get_args(field.annotation) if field is not None else ()
    return str(words[0]) if len(words) == 1 else ""


def installed(names: Iterable[str]) -> Mapping[str, type[Contract]]:
    """The contract types of these names that installed distributions offer.

    Raises:
        ConfigError: one cannot be loaded, is no contract type, or is offered twice.
    """
    wanted = set(names)
    offers: dict[str, EntryPoint] = {}
    for offer in sorted(_offers(), key=_distribution) if wanted else ():
        first = offers.setdefault(offer.name, offer)
        if offer.name in wanted and first.value != offer.value:
            raise ConfigError.of(
                f"contract type {offer.name!r} is offered by {_distribution(first)} and by {_distribution(offer)}",
                remedy="uninstall one",
            )
    return {name: _load(offers[name]) for name in sorted(wanted & set(offers))}


def _load(offer: EntryPoint) -> type[Contract]:
    try:
        found = offer.load()
    except Exception as error:
        raise _faulty(offer, f"cannot be loaded: {type(error).__name__}: {error}") from error
    wrong = _wrong(found, offer.name)
    if wrong:
        raise _faulty(offer, wrong)
    try:
        teach(found.WORDS)
    except ValueError as error:
        raise _faulty(offer, str(error)) from None
    contract: type[Contract] = found
    return contract


def _wrong(found: Any, name: str) -> str:
    """Why something is no contract type of this name; "" = it is one."""
    if not (isinstance(found, type) and issubclass(found, Contract)):
        return "is no class derived from lineage.contracts.Contract"
    if isabstract(found):
        return "has no method `check`"
    if type_of(found) != name:
        return f'has no field `type: Literal["{name}"]`'
    if found.model_fields["type"].default != name:
        return f'does not say that `type` is "{name}" by default'
    for cases in ("HOLDS", "BREAKS", "UNDECIDED"):
        if not isinstance(getattr(found, cases, None), tuple):
            return f"has no cases {cases}"
    return ""


def checked(contract: Contract, context: Context) -> Checked:
    """What a contract says of a graph.

    Raises:
        ConfigError: a contract type of another distribution failed. Its message is left out: it may quote telemetry.
    """
    if type(contract).__module__.partition(".")[0] == "lineage":
        return contract.check(context)
    try:
        answer = contract.check(context)
    except LineageError:
        raise
    except Exception as error:
        raise _failed(contract, f"failed with {type(error).__name__}") from error
    if not isinstance(answer, Checked):
        raise _failed(contract, "answered with something else than `Checked`")
    return answer


def _failed(contract: Contract, what: str) -> ConfigError:
    name = type_of(type(contract))
    for offer in _offers():
        if offer.name == name:
            return _faulty(offer, what)
    return ConfigError.of(f"contract type {name!r} {what}")


def _offers() -> Iterable[EntryPoint]:
    from importlib.metadata import entry_points  # only for packs that use such a type

    return entry_points(group=GROUP)


def _faulty(offer: EntryPoint, what: str) -> ConfigError:
    return ConfigError.of(
        f"contract type {offer.name!r} of {_distribution(offer)} {what}",
        remedy="mend or uninstall it: `--debug` shows where",
    )


def _distribution(offer: EntryPoint) -> str:
    found = offer.dist
    return f"{found.name} {found.version} ({offer.value})" if found is not None else offer.value
