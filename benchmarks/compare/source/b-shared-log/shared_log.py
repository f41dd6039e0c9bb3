"""Lines of both lines of the gateway go here: `core_overseas.complete` calls `write` with what it was asked."""

from elasticsearch import Elasticsearch

log = Elasticsearch("https://logs.gw.example:9200")


def write(line):
    """Keep a line."""
    log.index(index="requests", document=line)
