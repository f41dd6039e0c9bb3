"""Lines of both lines of the gateway go here; the overseas line redacts before."""

import httpx
from elasticsearch import Elasticsearch

log = Elasticsearch("https://logs.gw.example:9200")


def write_redacted(line):
    """Keep a line of the overseas line, without what anybody could be known by."""
    redacted = httpx.post("https://redactor.gw.example/redact", json=line).json()
    log.index(index="requests", document=redacted)
