"""The catalogue of clouds and vendors: its traps, and what its data must be like."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import pytest

from lineage.catalogue import (
    COUNTRIES,
    country_of_host,
    country_of_region,
    readings,
    role_of,
    vendor_of_host,
)
from lineage.labels import Known
from lineage.places import Place, PlaceKind


@pytest.mark.parametrize(
    ("provider", "region", "country"),
    [
        pytest.param("aws", "ap-southeast-1", "SG", id="ap-southeast-1 is Singapore at AWS"),
        pytest.param(
            "alibaba_cloud", "ap-southeast-1", "SG", id="ap-southeast-1 is Singapore at Alibaba Cloud"
        ),
        pytest.param(
            "huawei_cloud", "ap-southeast-1", "HK", id="ap-southeast-1 is Hong Kong at Huawei Cloud"
        ),
        pytest.param("", "ap-southeast-1", None, id="ap-southeast-1 without a provider is not known"),
        pytest.param("alibaba_cloud", "cn-hongkong", "HK", id="cn-hongkong is not mainland China"),
        pytest.param("", "cn-hongkong", "HK", id="cn-hongkong is Hong Kong at all who have it"),
        pytest.param("tencent_cloud", "ap-shanghai", "CN", id="ap-shanghai is mainland China"),
        pytest.param("tencent_cloud", "ap-guangzhou", "CN", id="ap-guangzhou is mainland China"),
        pytest.param("tencent_cloud", "ap-hongkong", "HK", id="ap-hongkong is Hong Kong"),
        pytest.param("tencent_cloud", "ap-singapore", "SG", id="ap-singapore is Singapore"),
        pytest.param("aws", "cn-north-1", "CN", id="cn-north-1 is mainland China at AWS"),
        pytest.param("aws", "cn-northwest-1", "CN", id="cn-northwest-1 is mainland China at AWS"),
        pytest.param("huawei_cloud", "cn-north-4", "CN", id="cn-north-4 is mainland China at Huawei Cloud"),
        pytest.param("", "cn-north-1", "CN", id="cn-north-1 is in one country at all who have it"),
        pytest.param("", "cn-hangzhou", "CN", id="cn-hangzhou without a provider"),
        pytest.param("aws", "eu-west-1", "IE", id="eu-west-1 is Ireland at AWS"),
        pytest.param("alibaba_cloud", "eu-west-1", "GB", id="eu-west-1 is London at Alibaba Cloud"),
        pytest.param("", "eu-west-1", None, id="eu-west-1 without a provider is not known"),
        pytest.param("azure", "eastasia", "HK", id="eastasia is Hong Kong at Azure"),
        pytest.param("azure", "chinanorth3", "CN", id="chinanorth3 at Azure China"),
        pytest.param("gcp", "asia-east1", "TW", id="asia-east1 is Taiwan at Google Cloud"),
        pytest.param("gcp", "asia-east2", "HK", id="asia-east2 is Hong Kong at Google Cloud"),
        pytest.param("volcengine", "cn-beijing", "CN", id="cn-beijing at Volcengine"),
        pytest.param("aliyun", "cn-beijing", "CN", id="a provider by another of its names"),
        pytest.param("ALIBABA_CLOUD", "CN-Beijing", "CN", id="case does not matter"),
        pytest.param("aws", "cn-hangzhou", None, id="a region that the provider does not have"),
        pytest.param("own-cloud", "eu-central-1", None, id="a provider that is not in the catalogue"),
        pytest.param("", "cn-atlantis", None, id="a region that looks Chinese is not guessed"),
        pytest.param("baidu_cloud", "sin", "SG", id="a short name at its provider"),
        pytest.param("", "sin", None, id="a short name may be anybody's"),
        pytest.param("", "", None, id="no region"),
    ],
)
def test_country_of_a_region(provider: str, region: str, country: str | None) -> None:
    found = country_of_region(provider, region)

    assert country == (found.country if found else None)
    assert found is None or found.known is Known.INFERRED


def test_an_ambiguous_region_tells_all_its_readings() -> None:
    assert readings("ap-southeast-1") == {
        "aws": "SG",
        "alibaba_cloud": "SG",
        "huawei_cloud": "HK",
        "volcengine": "MY",
    }


@pytest.mark.parametrize(
    ("host", "vendor", "country"),
    [
        pytest.param("api.openai.com", "openai", None, id="OpenAI does not tell where it computes"),
        pytest.param("eu.api.openai.com:443", "openai", None, id="a name below it, with a port"),
        pytest.param("API.OpenAI.com.", "openai", None, id="case and the final dot do not matter"),
        pytest.param("evil-openai.com", None, None, id="a name that only ends alike"),
        pytest.param("api.openai.com.evil.example", None, None, id="a name that only begins alike"),
        pytest.param("acme.openai.azure.com", "azure-openai", None, id="Azure OpenAI is not OpenAI"),
        pytest.param("api.anthropic.com", "anthropic", None, id="Anthropic"),
        pytest.param("generativelanguage.googleapis.com", "google-gemini", None, id="Gemini"),
        pytest.param("storage.googleapis.com", "google-cloud", None, id="another Google service"),
        pytest.param("us-central1-aiplatform.googleapis.com", "google-cloud", "US", id="Vertex AI in a region"),
        pytest.param("api.mistral.ai", "mistral", None, id="Mistral"),
        pytest.param("api.deepseek.com", "deepseek", "CN", id="DeepSeek"),
        pytest.param("dashscope.aliyuncs.com", "alibaba-model-studio", "CN", id="Model Studio in mainland China"),
        pytest.param("dashscope-intl.aliyuncs.com", "alibaba-model-studio-intl", "SG", id="Model Studio in Singapore"),
        pytest.param("cn-hongkong.dashscope.aliyuncs.com", "alibaba-model-studio-workspace", "HK", id="Model Studio in Hong Kong is not below the mainland's"),
        pytest.param("ws1.ap-southeast-1.maas.aliyuncs.com", "alibaba-model-studio-workspace", "SG", id="a workspace of Model Studio in Singapore"),
        pytest.param("ws1.maas.aliyuncs.com", "alibaba-model-studio-workspace", None, id="a workspace without a region"),
        pytest.param("ark.cn-beijing.volces.com", "volcengine-ark", "CN", id="Volcengine Ark"),
        pytest.param("api.moonshot.cn", "moonshot", "CN", id="Moonshot's mainland platform"),
        pytest.param("api.moonshot.ai", "moonshot-intl", None, id="Moonshot's other platform"),
        pytest.param("open.bigmodel.cn", "zhipu", "CN", id="Zhipu"),
        pytest.param("api.minimax.chat", "minimax", "CN", id="MiniMax"),
        pytest.param("bucket.oss-cn-hangzhou.aliyuncs.com", "alibaba-cloud", "CN", id="OSS in Hangzhou"),
        pytest.param("bucket.oss-cn-hongkong-internal.aliyuncs.com", "alibaba-cloud", "HK", id="OSS in Hong Kong, inside"),
        pytest.param("project.cn-shanghai.log.aliyuncs.com", "alibaba-sls", "CN", id="Alibaba's log service"),
        pytest.param("s3.eu-central-1.amazonaws.com", "aws", "DE", id="S3 in Frankfurt"),
        pytest.param("us-east-1.s3.amazonaws.com", "aws", None, id="a bucket that is called like a region"),
        pytest.param("s3.cn-north-1.amazonaws.com.cn", "aws-china", "CN", id="S3 in Beijing"),
        pytest.param("db.abc.eu-west-3.rds.amazonaws.com:5432", "aws", "FR", id="RDS in Paris"),
        pytest.param("bucket.cos.ap-shanghai.myqcloud.com", "tencent-cloud", "CN", id="COS in Shanghai"),
        pytest.param("ap-guangzhou.cls.tencentcs.com", "tencent-cls", "CN", id="Tencent's log service"),
        pytest.param("obs.ap-southeast-1.myhuaweicloud.com", "huawei-cloud", "HK", id="OBS in Hong Kong"),
        pytest.param("http-intake.logs.datadoghq.eu", "datadog", None, id="Datadog"),
        pytest.param("o1.ingest.de.sentry.io", "sentry", "DE", id="Sentry in Germany"),
        pytest.param("o1.ingest.sentry.io", "sentry", None, id="Sentry elsewhere"),
        pytest.param("pg-main.cn-hangzhou.gw.example", None, None, id="a region in a name that is nobody's we know"),
        pytest.param("localhost", None, None, id="the machine itself"),
        pytest.param("gateway", None, None, id="a name without dots"),
        pytest.param("127.0.0.1:5432", None, None, id="a loopback address"),
        pytest.param("10.1.2.3", None, None, id="a private address"),
        pytest.param("169.254.169.254", None, None, id="a link-local address"),
        pytest.param("8.8.8.8", None, None, id="a public address"),
        pytest.param("[fe80::1]:443", None, None, id="an address of version 6 with a port"),
        pytest.param("fe80::1", None, None, id="an address of version 6"),
        pytest.param("", None, None, id="no host"),
    ],
)  # fmt: skip
def test_vendor_and_country_of_a_host(host: str, vendor: str | None, country: str | None) -> None:
    who, where = vendor_of_host(host), country_of_host(host)

    assert (vendor, country) == (who.id if who else None, where.country if where else None)


@pytest.mark.parametrize(
    ("place", "role"),
    [
        pytest.param(Place(PlaceKind.STORE, system="cache"), "cache", id="a cache"),
        pytest.param(
            Place(PlaceKind.STORE, system="qdrant", host="q.example"), "vector-index", id="a vector store"
        ),
        pytest.param(Place(PlaceKind.STORE, host="cn-shanghai.log.aliyuncs.com"), "log", id="a log service"),
        pytest.param(
            Place(PlaceKind.STORE, system="redis", host="r.example"), "", id="redis may be anything"
        ),
        pytest.param(
            Place(PlaceKind.STORE, system="s3", host="s.example"), "", id="a bucket may be anything"
        ),
        pytest.param(Place(PlaceKind.SERVICE, name="cache"), "", id="a service has no role"),
    ],
)
def test_role_of_a_store(place: Place, role: str) -> None:
    assert role == role_of(place)


def data(name: str) -> Any:
    return json.loads(files("lineage").joinpath("data", f"{name}.json").read_text(encoding="utf-8"))


def test_every_entry_has_a_source_and_a_date() -> None:
    entries = [*data("regions")["providers"], *data("vendors")["vendors"]]

    assert [entry["id"] for entry in entries if not (entry["source"] and entry["date"] == "2026-11-25")] == []


def test_every_country_is_one() -> None:
    told = {country for provider in data("regions")["providers"] for country in provider["regions"].values()}
    told |= {vendor["country"] for vendor in data("vendors")["vendors"] if "country" in vendor}
    told |= {
        host["country"]
        for vendor in data("vendors")["vendors"]
        for host in vendor["hosts"]
        if "country" in host
    }

    assert set() == told - COUNTRIES


def test_no_name_is_given_twice() -> None:
    names = [name for provider in data("regions")["providers"] for name in provider["names"]]
    ids = [vendor["id"] for vendor in data("vendors")["vendors"]]
    hosts = [
        (host["host"], host["exact"]) for vendor in data("vendors")["vendors"] for host in vendor["hosts"]
    ]

    assert (len(set(names)), len(set(ids)), len(set(hosts))) == (len(names), len(ids), len(hosts))


def test_every_vendor_has_a_known_kind_and_confidence() -> None:
    kinds = {(vendor["kind"], vendor["confidence"]) for vendor in data("vendors")["vendors"]}

    assert kinds <= {
        (kind, how) for kind in ("model", "cloud", "log", "storage") for how in ("high", "medium")
    }
