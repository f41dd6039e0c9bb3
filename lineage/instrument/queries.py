"""A query text without its literals, names of columns and comments: one that reads the same, and says nothing else."""

from __future__ import annotations

from collections.abc import Callable

from lineage import language
from lineage.reduce import Refused, Value
from lineage.sql import Statement, commands, statement


def query(text: Value, system: str) -> str | None:
    """What may pass of a query text; None where the system's own language tells nothing.

    Args:
        text: as recorded.
        system: `db.system.name` in small letters, "" if it is not told.

    Raises:
        Refused: the text is none, or nothing can be written that reads the same.

    >>> query("SELECT name FROM patients WHERE name = 'Li Wei'", "postgresql")
    'SELECT * FROM "patients"'
    >>> query("SET session:li-wei secret", "redis"), query("tell me of Li Wei", "qdrant")
    ('SET', None)
    """
    if not isinstance(text, str):
        raise Refused("type")
    if system in language.COMMANDS:
        found = commands(text)
        return _same("\n".join(found.verbs), commands, found) if found.verbs else None
    if system in language.SQL or not system:
        found = statement(text)
        return (
            _same(_sql(found), statement, found) if found.verbs or found.harmless or not found.whole else None
        )
    return None


def _same(plain: str, reads: Callable[[str], Statement], found: Statement) -> str:
    # An open quote stands for what could not be read to its end.
    for candidate in (plain, f"{plain} '"):
        if reads(candidate) == found:
            return candidate
    raise Refused("sql")


def _sql(found: Statement) -> str:
    """SQL of these verbs on these tables."""
    if found.harmless:
        return "SELECT 1" if found.verbs == ("SELECT",) else "; ".join(found.verbs) or "SET"
    tables = [".".join(f'"{part}"' for part in table.split(".")) for table in found.tables]
    everywhere = ", ".join(tables)
    return "; ".join(part for verb in found.verbs for part in _part(verb, tables, everywhere))


def _part(verb: str, tables: list[str], everywhere: str) -> list[str]:
    if not tables:
        return [verb]
    if verb == "SELECT":
        return [f"SELECT * FROM {everywhere}"]  # noqa: S608 - it is never run
    if verb in _ON_A_TABLE:
        return [f"{_ON_A_TABLE[verb]} {table}" for table in tables]
    return [verb]


_ON_A_TABLE = {
    "INSERT": "INSERT INTO",
    "UPDATE": "UPDATE",
    "DELETE": "DELETE FROM",
    "MERGE": "MERGE INTO",
    "REPLACE": "REPLACE INTO",
    "TRUNCATE": "TRUNCATE TABLE",
    "CREATE": "CREATE TABLE",
    "DROP": "DROP TABLE",
    "ALTER": "ALTER TABLE",
    "COPY": "COPY",
}
