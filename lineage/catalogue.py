"""What is publicly known of clouds and vendors: regions, endpoints, and the countries they are in.

A guess, always: what it says is `Known.INFERRED`, a declaration in the inventory wins over it. What is not in
the catalogue is not known; nothing is guessed from how a name looks. The data, with source, date and
confidence of each entry, are `data/regions.json` and `data/vendors.json`.

The traps it is made for: `ap-southeast-1` is in Singapore at AWS and Alibaba Cloud, in Hong Kong at Huawei
Cloud; `cn-hongkong` is not mainland China; Tencent Cloud's mainland regions begin with `ap-`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from lineage.labels import Known
from lineage.places import Place, PlaceKind

COUNTRIES = frozenset(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW
    BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI
    FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN
    IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME
    MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF
    PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV
    SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE
    YT ZA ZM ZW
    """.split()
)
"""The officially assigned codes of ISO 3166-1 alpha-2."""

_VECTOR_STORES = frozenset(["qdrant", "milvus", "chroma", "chromadb", "pinecone", "weaviate"])


@dataclass(frozen=True, slots=True)
class Located:
    """A country, and what it was told by: a region or the ending of a host's name."""

    country: str
    by: str
    known: Known = Known.INFERRED


@dataclass(frozen=True, slots=True)
class VendorGuess:
    """Who probably runs an endpoint.

    `legal_entity` and `country` (of establishment) are empty where they are not sure; `confidence` is high
    or medium.
    """

    id: str
    kind: str
    """model, cloud, log or storage."""
    legal_entity: str
    country: str
    confidence: str
    source: str
    date: str


def country_of_region(provider: str, region: str) -> Located | None:
    """The country of a cloud region.

    Without a provider there is an answer only if all providers that have a region of this name agree
    (`readings` has what each says); with an unknown provider there is none.

    >>> country_of_region("huawei_cloud", "ap-southeast-1").country, country_of_region("aws", "ap-southeast-1").country
    ('HK', 'SG')
    >>> country_of_region("", "ap-southeast-1") is None
    True
    """
    told = readings(region, provider)
    if len(set(told.values())) != 1:
        return None
    return Located(next(iter(told.values())), region)


def readings(region: str, provider: str = "") -> Mapping[str, str]:
    """What a region's name means: provider to country; only that provider, if one is told.

    >>> readings("cn-north-1")
    {'aws': 'CN', 'huawei_cloud': 'CN'}
    """
    told = _regions().get(region.lower(), {})
    if not provider:
        return {name: country for name, country in told.items() if name not in _shorthand()}
    name = _providers().get(provider.lower(), "")
    return {name: told[name]} if name in told else {}


def vendor_of_host(host: str) -> VendorGuess | None:
    """Who runs an endpoint, by the longest ending of its name, label by label.

    >>> vendor_of_host("eu.api.openai.com:443").id, vendor_of_host("evil-openai.com")
    ('openai', None)
    """
    for suffix, exact in _endings(host):
        found = _hosts().get(suffix)
        for entry in found or ():
            if exact or not entry["exact"]:
                vendor = entry["vendor"]
                return VendorGuess(
                    vendor["id"],
                    vendor["kind"],
                    vendor.get("legal_entity", ""),
                    vendor.get("country", ""),
                    vendor["confidence"],
                    vendor["source"],
                    vendor["date"],
                )
    return None


def country_of_host(host: str) -> Located | None:
    """Where a host stands, only where its name or the vendor's documents tell. Never for addresses.

    >>> country_of_host("bucket.oss-cn-hangzhou.aliyuncs.com").country
    'CN'
    >>> country_of_host("api.openai.com") is None
    True
    """
    for suffix, exact in _endings(host):
        for entry in _hosts().get(suffix, ()):
            if "country" in entry and (exact or not entry["exact"]):
                return Located(entry["country"], suffix)
        told = _region_hosts().get(suffix)
        if told:
            return Located(told, suffix)
    return None


def role_of(place: Place) -> str:
    """The role of a store that its system or vendor gives away: cache, vector-index or log; else "".

    A general database, bucket or queue may be anything and is not guessed.
    """
    if place.kind is not PlaceKind.STORE:
        return ""
    if place.system == "cache":
        return "cache"
    if place.system in _VECTOR_STORES:
        return "vector-index"
    vendor = vendor_of_host(place.host)
    return "log" if vendor is not None and vendor.kind == "log" else ""


def _endings(host: str) -> Iterator[tuple[str, bool]]:
    """The endings of a host's name, longest first, and whether it is the whole name; none for an address."""
    name, colon, port = host.lower().rpartition(":")
    if not colon or not port.isdigit():
        name = host.lower()
    labels = name.rstrip(".").split(".")
    if len(labels) < 2 or ":" in name or labels[-1].isdigit():
        return
    for start in range(len(labels) - 1):
        yield ".".join(labels[start:]), start == 0


@cache
def _load(name: str) -> Any:
    return json.loads(files("lineage").joinpath("data", f"{name}.json").read_bytes())


@cache
def _providers() -> Mapping[str, str]:
    """Provider by each of its names."""
    return {name: provider["id"] for provider in _load("regions")["providers"] for name in provider["names"]}


@cache
def _shorthand() -> frozenset[str]:
    """Providers whose region names ("su", "sin") mean nothing without them."""
    return frozenset(
        provider["id"] for provider in _load("regions")["providers"] if provider.get("shorthand")
    )


@cache
def _regions() -> Mapping[str, Mapping[str, str]]:
    """Region to provider to country."""
    table: dict[str, dict[str, str]] = {}
    for provider in _load("regions")["providers"]:
        for region, country in provider["regions"].items():
            table.setdefault(region, {})[provider["id"]] = country
    return table


@cache
def _region_hosts() -> Mapping[str, str]:
    """Ending of a host's name to country, for every region of every provider."""
    return {
        template.replace("{region}", region): country
        for provider in _load("regions")["providers"]
        for template in provider["hosts"]
        for region, country in provider["regions"].items()
    }


@cache
def _hosts() -> Mapping[str, list[dict[str, Any]]]:
    """Ending of a host's name to what stands in `vendors.json` for it; an exact one before an ending."""
    table: dict[str, list[dict[str, Any]]] = {}
    for vendor in _load("vendors")["vendors"]:
        for entry in vendor["hosts"]:
            table.setdefault(entry["host"], []).append({**entry, "vendor": vendor})
    for entries in table.values():
        entries.sort(key=lambda entry: not entry["exact"])
    return table
