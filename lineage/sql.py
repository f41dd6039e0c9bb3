"""What a query text does and to which tables, and nothing else of it: no literal, parameter or comment passes.

A small tokenizer, linear in the text. It is no SQL parser: it finds verbs where a statement or subquery begins and
the names that follow FROM, JOIN, INTO, UPDATE and TABLE. Where it cannot tell it says less, and less is read as unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lineage.verbs import VERBS, Direction

_TOKEN = re.compile(
    r"""(?P<skip>\s+|--[^\n]*|/\*(?:[^*]|\*(?!/))*(?:\*/|\Z)|'(?:[^'\\]|''|\\.)*(?:'|\Z)|[0-9][\w.]*|[$%:@?][\w()]*)
    |(?P<name>(?:[A-Za-z_][\w$]*|"[^"]*"|`[^`]*`|\[[\w ]*\])(?:\s*\.\s*(?:[A-Za-z_][\w$]*|"[^"]*"|`[^`]*`|\[[\w ]*\]))*)
    |(?P<mark>.)""",
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_DOLLAR_QUOTE = re.compile(r"\$(\w*)\$.*?(?:\$\1\$|\Z)", re.DOTALL | re.ASCII)
_IDENTIFIER = re.compile(r"[A-Za-z_][\w$-]{0,62}", re.ASCII)

_BEGINS = frozenset("INSERT UPDATE DELETE MERGE REPLACE UPSERT COPY TRUNCATE".split())
_STARTERS = frozenset({"", ";", "(", ")", "EXPLAIN", "ANALYZE", "VERBOSE", "AS", "THEN", "BEGIN", "WITH"})
_DEFINES = frozenset({"CREATE", "DROP", "ALTER"})
_NOT_TABLES = frozenset("SELECT WHERE SET VALUES ON USING LATERAL ONLY TABLE IF NOT EXISTS OUTFILE DUMPFILE UNNEST AS".split())
_ALIAS_ENDS = frozenset(
    "WHERE GROUP ORDER HAVING LIMIT OFFSET UNION INTERSECT EXCEPT FETCH FOR WINDOW SET VALUES RETURNING ON USING JOIN INNER LEFT RIGHT FULL CROSS NATURAL SELECT TO WITH".split()
)
_HARMLESS = frozenset(
    "version current_schema current_schemas current_database current_user session_user current_setting now pg_backend_pid pg_is_in_recovery database user connection_id last_insert_id row_count inet_server_addr inet_server_port".split()
)
_SESSION = frozenset("BEGIN START SET COMMIT DECLARE".split())
_SQL = frozenset("SELECT INSERT UPDATE DELETE MERGE REPLACE UPSERT COPY TRUNCATE CREATE DROP ALTER WITH EXPLAIN".split())


@dataclass(frozen=True, slots=True)
class Statement:
    """What a query text does.

    `verbs` in order of appearance, `tables` sorted; `harmless` when the text was read whole, names no
    table and calls nothing but functions by which a server tells about itself.
    """

    verbs: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    harmless: bool = False


def statement(text: str, *, whole: bool = True) -> Statement:
    """Verbs and tables of a query text: SQL, or commands of a key-value store, one a line.

    >>> statement("INSERT INTO audit SELECT * FROM users WHERE name = 'from secret'")
    Statement(verbs=('INSERT', 'SELECT'), tables=('audit', 'users'), harmless=False)
    >>> statement("ZADD ? ?\\nHSET ? ?").verbs, statement("select pg_catalog.version()").harmless
    (('ZADD', 'HSET'), True)
    """
    first = re.match(r"[\s(;]*([A-Za-z]+)", text, re.ASCII)
    word = first[1].upper() if first else ""
    if word not in _SQL and not (word in _SESSION and ";" in text):
        return _commands(text, whole)
    return _Reader(text, whole).read()


def summary(text: str) -> Statement:
    """Verbs and tables of a `db.query.summary`: words of the vocabulary, and identifiers.

    >>> summary("INSERT audit SELECT users")
    Statement(verbs=('INSERT', 'SELECT'), tables=('audit', 'users'), harmless=False)
    """
    words = text[:1000].split()
    verbs = dict.fromkeys(word.upper() for word in words if word.upper() in VERBS)
    tables = {_clean(word) for word in words if word.upper() not in VERBS} if verbs else set()
    return Statement(tuple(verbs), tuple(sorted(tables - {""})))


def _commands(text: str, whole: bool) -> Statement:
    """Key-value commands: the first word of each line; arguments are never looked at."""
    verbs: dict[str, None] = {}
    for line in text.splitlines():
        match = re.match(r"\s*([A-Za-z]+)", line, re.ASCII)
        if match and match[1].upper() in VERBS:
            verbs[match[1].upper()] = None
    still = bool(verbs) and all(VERBS[verb] is Direction.NONE for verb in verbs)
    return Statement(tuple(verbs), (), harmless=whole and still)


class _Reader:
    """One pass over the tokens of SQL text."""

    def __init__(self, text: str, whole: bool) -> None:
        self.text, self.whole = text, whole
        self.verbs: dict[str, None] = {}
        self.tables: set[str] = set()
        self.common: set[str] = set()
        """Names that WITH defines: no tables."""
        self.calls = False
        """A function that may do anything was called."""
        self.asks = False
        """A literal or a harmless function was seen: what a SELECT without a table has to be made of."""

    def tokens(self) -> Iterator[tuple[str, bool]]:
        """(token, whether it is a bare word) without blanks, comments, literals and parameters."""
        at, text = 0, self.text
        while at < len(text):
            quoted = _DOLLAR_QUOTE.match(text, at) if text[at] == "$" else None
            if quoted:
                at = quoted.end()
                yield "?", False
                continue
            match = _TOKEN.match(text, at)
            if match is None:
                return
            at = match.end()
            if match.lastgroup == "name":
                name = match["name"]
                yield name, name[0].isalpha() and "." not in name and name.isascii()
            elif match.lastgroup == "mark":
                yield match["mark"], False
            elif match["skip"].strip() and not match["skip"].startswith(("--", "/*")):
                yield "?", False

    def read(self) -> Statement:
        frames = [""]
        """For each open parenthesis, the verb that began in it, or ""."""
        expects = ""
        """What the next name is: "table", "list" (a table that a comma may follow), or ""."""
        previous = before = ""
        pending: list[tuple[str, bool]] = []
        """A name that is a table, unless a parenthesis follows and it may be a function."""
        for token, bare in self.tokens():
            if token == "?":
                self.asks = True
            word = token.upper() if bare else token
            if pending:
                name, may_call = pending.pop()
                if word == "(" and may_call:
                    self.call(name)
                else:
                    self.table(name)
            if token == "(":
                if previous and previous[0].isalpha() and not expects and previous.upper() not in _SQL | _ALIAS_ENDS | _STARTERS | {"IN", "EXISTS", "AND", "OR", "NOT", "INTO", "FROM", "ANY", "SOME", "ALL", "OVER", "FILTER", "VALUES", "KEY", "TABLE", "THEN", "ELSE", "WHEN", "CASE"}:
                    if frames[-1] not in ("INSERT", "CREATE") or before != "INTO":
                        self.call(previous)
                frames.append("")
                expects = ""
            elif token == ")":
                if len(frames) > 1:
                    frames.pop()
                expects = "list" if expects == "list" else ""
            elif token == ";":
                frames, expects = [""], ""
            elif token == ",":
                expects = "table-in-list" if expects == "list" else expects
            elif bare and word == "SELECT":
                self.verbs["SELECT"] = None
                frames[-1] = frames[-1] or "SELECT"
                expects = ""
            elif bare and word in _BEGINS and previous.upper() in _STARTERS:
                self.verbs[word] = None
                frames[-1] = word
                expects = "table" if word in ("UPDATE", "COPY", "TRUNCATE") else ""
            elif bare and word in _DEFINES and previous.upper() in _STARTERS:
                self.verbs[word] = None
                frames[-1] = word
            elif bare and word == "FROM" and frames[-1] and not (previous.upper() == "DISTINCT" and before.upper() == "IS"):
                if frames[-1] == "COPY":
                    self.copies("INSERT")
                else:
                    expects = "table-in-list"
            elif bare and word == "TO" and frames[-1] == "COPY":
                self.copies("SELECT")
            elif bare and word in ("JOIN", "TABLE") or (bare and word == "USING" and frames[-1] in ("DELETE", "MERGE")):
                expects = "table-in-list" if word == "JOIN" else "table"
            elif bare and word == "INTO":
                if previous.upper() not in _BEGINS | {"IGNORE", "OVERWRITE"} and frames[-1] == "SELECT":
                    self.verbs["INSERT"] = None
                expects = "table"
            elif bare and word == "AS" and expects != "list" and "WITH" in self.text[:2000].upper() and previous:
                self.common.add(_clean(previous))
                expects = ""
            elif bare and word in ("CALL", "EXEC", "EXECUTE", "DO") and previous.upper() in _STARTERS:
                self.calls = True
            elif expects in ("table", "table-in-list") and (token[0].isalpha() or token[0] in '_"`['):
                if bare and word in _NOT_TABLES:
                    pass
                else:
                    pending.append((token, expects == "table-in-list"))
                    expects = "list" if expects == "table-in-list" else ""
            elif bare and word in _ALIAS_ENDS:
                expects = ""
            before, previous = previous, token
        if pending:
            self.table(pending.pop()[0])
        tables = tuple(sorted(self.tables - self.common))
        return Statement(tuple(self.verbs), tables, harmless=self.whole and not tables and not self.calls and self.still())

    def still(self) -> bool:
        """Whether nothing but a SELECT of literals and harmless functions was found, and it was one."""
        return self.asks and set(self.verbs) == {"SELECT"}

    def copies(self, verb: str) -> None:
        """COPY reads or writes as its FROM or TO says."""
        self.verbs.pop("COPY", None)
        self.verbs[verb] = None

    def call(self, name: str) -> None:
        plain = _clean(name).rpartition(".")[2].lower()
        if plain in _HARMLESS:
            self.asks = True
        else:
            self.calls = True

    def table(self, name: str) -> None:
        cleaned = _clean(name)
        if cleaned:
            self.tables.add(cleaned)
        else:
            self.calls = True


def _clean(name: str) -> str:
    """An identifier chain without quotes, "" when a part does not look like an identifier."""
    parts = [part.strip().strip('"`[]').strip() for part in re.split(r"\s*\.\s*", name)]
    if len(parts) > 4 or not all(_IDENTIFIER.fullmatch(part) for part in parts):
        return ""
    return ".".join(parts)
