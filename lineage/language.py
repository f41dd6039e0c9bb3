"""Which language a query text is in: the database system says so, never the text.

A text was read as SQL and as commands (`Reduce.SQL`); here the reading that fits the system is taken and the other
dropped. A system that speaks neither (a vector store, a document store) may have a user's own words as its query
text: nothing of it is believed, so that prose beginning with "Get" or "Select" is no operation.
"""

from __future__ import annotations

from lineage import names
from lineage.verbs import OTHER

SQL = frozenset(
    """
    postgresql mysql mariadb sqlite mssql microsoft.sql_server mssqlcompact oracle oracle.db db2 ibm.db2 other_sql clickhouse cockroachdb
    redshift aws.redshift snowflake databricks bigquery gcp.bigquery gcp.spanner spanner trino presto hive spark duckdb h2 hsqldb derby
    firebird informix ibm.informix ibm.netezza netezza greenplum teradata vertica sybase hanadb sap.hana maxdb sap.maxdb cassandra scylladb
    azure.cosmosdb cosmosdb tidb oceanbase dameng kingbase gaussdb opengauss polardb doris starrocks tdengine timescaledb questdb impala
    actian.ingres ingres edb yugabytedb singlestore memsql vitess access adabas intersystems_cache
    """.split()
)
"""`db.system.name` (and the older `db.system`) of systems that speak SQL."""

COMMANDS = frozenset("redis valkey keydb dragonfly memcached".split())
"""Those that take commands of a word and its arguments."""


def told(pairs: dict[str, str], counted: list[str]) -> None:
    """Leave in `pairs` the verbs and tables that the system's own language tells; add to `counted` what could not be read.

    >>> pairs = {"db.system.name": "qdrant", names.AS_SQL_VERBS: "SELECT", names.AS_SQL_TABLES: "Beijing"}
    >>> told(pairs, []), pairs
    (None, {'db.system.name': 'qdrant'})
    """
    system = pairs.get("db.system.name", "")
    readings = {key: pairs.pop(key) for key in names.READINGS if key in pairs}
    keys = _KEYS.get(_speaks(system))
    if keys:
        verbs, tables, cut = (readings.get(key, "") for key in keys)
        if verbs or tables:
            # The text says more than its summary.
            pairs.pop(names.DB_VERBS, None)
            pairs.pop(names.DB_TABLES, None)
            if verbs:
                pairs[names.DB_VERBS] = verbs
            if tables:
                pairs[names.DB_TABLES] = tables
        if cut:
            counted.append("cut:db.query.text")
    if _speaks(system) == "sql":
        for key in (names.DB_VERBS, "db.operation.name"):
            if pairs.get(key) == "QUERY":
                # To a driver every statement is a query.
                pairs[key] = OTHER


def _speaks(system: str) -> str:
    # Who sends a statement and no system (some own instrumentation) speaks to a database all the same: not to see it is worse.
    return "sql" if system in SQL or not system else "commands" if system in COMMANDS else ""


_KEYS = {
    "sql": (names.AS_SQL_VERBS, names.AS_SQL_TABLES, names.AS_SQL_CUT),
    "commands": (names.AS_COMMANDS, "", names.AS_COMMANDS_CUT),
}
