"""The clean gateway and its leaks: the same services, set up differently."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

Settings = Mapping[str, str]

SINGAPORE = "cloud.provider=alibaba_cloud,cloud.region=ap-southeast-1"
HANGZHOU = "cloud.provider=alibaba_cloud,cloud.region=cn-hangzhou"
BEIJING = "cloud.provider=alibaba_cloud,cloud.region=cn-beijing"

ACME = {"key-acme": {"tenant": "acme-eu", "origin": "DE"}}
GLOBEX = {"key-globex": {"tenant": "globex-us", "origin": "US"}}
HONGYUN = {"key-hongyun": {"tenant": "hongyun-cn", "origin": "CN"}}

DOCUMENTS = "SELECT body FROM documents"
CRM = "SELECT note FROM customers"


@dataclass(frozen=True)
class Service:
    """A process: the module that it runs, the host it is called by, where it stands, and its settings."""

    module: str
    host: str
    resource: str
    settings: Settings = field(default_factory=dict)


SERVICES: dict[str, Service] = {
    "qwen": Service("model", "qwen.gw.example", HANGZHOU),
    "deepseek": Service("model", "deepseek.gw.example", BEIJING),
    "core-intl": Service("core", "core-intl.gw.example", HANGZHOU, {
        "MODEL": "qwen-max", "MODEL_HOST": "qwen.gw.example",
        "CACHE": "redis-intl.gw.example", "DATABASE": "pg-intl.gw.example",
        "OBJECTS": "oss-intl.gw.example", "LOGS": "logs-intl.gw.example", "QUEUE": "",
        "SOURCES": json.dumps([["pg-intl.gw.example", "gateway", DOCUMENTS]]),
    }),
    "core-cn": Service("core", "core-cn.gw.example", HANGZHOU, {
        "MODEL": "deepseek-chat", "MODEL_HOST": "deepseek.gw.example",
        "CACHE": "redis-cn.gw.example", "DATABASE": "pg-cn.gw.example",
        "OBJECTS": "oss-cn.gw.example", "LOGS": "logs-cn.gw.example", "QUEUE": "mq.gw.example",
        "SOURCES": json.dumps([["pg-cn.gw.example", "gateway", DOCUMENTS], ["pg-cn.gw.example", "crm", CRM]]),
    }),
    "edge-sg": Service("edge", "edge-sg.gw.example", SINGAPORE, {
        "CORE": "core-intl.gw.example", "CUSTOMERS": json.dumps({**ACME, **GLOBEX}),
    }),
    "edge-cn": Service("edge", "edge-cn.gw.example", HANGZHOU, {
        "CORE": "core-cn.gw.example", "CUSTOMERS": json.dumps(HONGYUN),
    }),
    "trainer": Service("trainer", "", HANGZHOU, {"QUEUE": "mq.gw.example", "POOL": "pg-cn.gw.example"}),
}  # fmt: skip
"""Two planes: overseas customers over edge-sg and core-intl, mainland customers over edge-cn and core-cn."""

DEBUG = Service("debug", "", HANGZHOU, {"DATABASE": "pg-intl.gw.example", "TABLE": "documents"})
"""What an engineer runs by hand, once in each run."""

POSTGRES = {"pg-intl.gw.example": ["gateway"], "pg-cn.gw.example": ["gateway", "crm", "pool"]}
REDIS = ["redis-intl.gw.example", "redis-cn.gw.example", "mq.gw.example"]
SINKS = ["oss-intl.gw.example", "oss-cn.gw.example", "logs-intl.gw.example", "logs-cn.gw.example"]


@dataclass(frozen=True)
class Variant:
    """What is set up differently, and what that must come to.

    `rule` is the rule that it breaks ("" for the clean one), `place` the name of the place where it does.
    """

    about: str
    settings: Mapping[str, Settings] = field(default_factory=dict)
    """Service -> settings that replace those of `SERVICES`."""
    calls: tuple[tuple[str, str], ...] = ()
    """Calls beside the usual ones: service, key."""
    rule: str = ""
    place: str = ""


VARIANTS: dict[str, Variant] = {
    "clean": Variant("Two planes that share nothing."),
    "domestic-signup": Variant(
        "A mainland customer has signed up at the overseas edge.",
        {"edge-sg": {"CUSTOMERS": json.dumps({**ACME, **GLOBEX, **HONGYUN})}},
        calls=(("edge-sg", "key-hongyun"),),
        rule="order16/no-domestic-user",
        place="core-intl",
    ),
    "domestic-crm": Variant(
        "The overseas core retrieves from the customer list of the mainland business, too.",
        {"core-intl": {"SOURCES": json.dumps(
            [["pg-intl.gw.example", "gateway", DOCUMENTS], ["pg-cn.gw.example", "crm", CRM]]
        )}},
        rule="order16/no-domestic-business-data",
        place="core-intl",
    ),
    "shared-cache": Variant(
        "Both cores keep their answers in one Redis.",
        {"core-intl": {"CACHE": "redis-cn.gw.example"}},
        rule="order16/no-shared-cache-backup",
        place="redis-cn",
    ),
    "shared-training": Variant(
        "The overseas core sends samples to the training pool of the mainland business.",
        {"core-intl": {"QUEUE": "mq.gw.example"}},
        rule="order16/no-shared-training-pool",
        place="training-pool",
    ),
    "debug-copy": Variant(
        "An engineer copies conversations of overseas customers to a laptop.",
        {"ops-console": {"TABLE": "conversations"}},
        rule="order16/no-operator-copy-out",
        place="sre",
    ),
}  # fmt: skip
