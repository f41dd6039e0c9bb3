"""What a query text does and to which tables, and nothing else of it: no literal, parameter or comment passes.

`statement` reads SQL, `commands` the commands of a key-value store, `summary` a `db.query.summary`. Which of them a text
is, the database system decides (shaper.py), not the text: prose may begin with `Get` or `Select`. All are linear in
the text. The SQL reader is no parser: it finds verbs where a statement or subquery begins, and the names that follow FROM,
JOIN, INTO, UPDATE and TABLE. Where it cannot tell, it says so (`whole`), and that is read as unknown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lineage.sqlwords import Words
from lineage.verbs import OTHER, VERBS, Direction

MOST_TEXT = 1 << 16
"""Characters of a statement that are looked at; the rest makes it not whole."""
_MOST_TABLES = 256

_IDENTIFIER = re.compile(r"[A-Za-z_][\w$-]{0,62}", re.ASCII)

_BEGINS = frozenset("INSERT UPDATE DELETE MERGE REPLACE UPSERT COPY TRUNCATE".split())
_DEFINES = frozenset("CREATE DROP ALTER".split())
_SESSION = frozenset(
    "SHOW BEGIN START SET COMMIT ROLLBACK SAVEPOINT RELEASE USE RESET DISCARD DEALLOCATE LISTEN UNLISTEN CLOSE END ABORT".split()
)
"""Statements about the session itself."""
_OPENERS = frozenset(
    {
        *_BEGINS,
        *_DEFINES,
        *_SESSION,
        *"SELECT WITH EXPLAIN DECLARE PREPARE CALL EXEC EXECUTE DO FETCH VALUES TABLE DESCRIBE LOAD".split(),
    }
)
"""Words with which SQL that we read can begin."""
_BEFORE_VERB = frozenset({"", ";", "(", ")", "EXPLAIN", "ANALYZE", "VERBOSE", "AS", "THEN", "BEGIN"})
_NOT_TABLES = frozenset(
    "WHERE SET VALUES ON USING LATERAL ONLY IF NOT EXISTS OUTFILE DUMPFILE UNNEST AS FUNCTION IGNORE LOW_PRIORITY HIGH_PRIORITY "
    "DELAYED QUICK OVERWRITE OR REPLACE ABORT FAIL ROLLBACK ALL TOP TEMP TEMPORARY UNLOGGED LOCAL DUAL".split()
)
_CLAUSE_ENDS = frozenset(
    "WHERE GROUP ORDER HAVING LIMIT OFFSET UNION INTERSECT EXCEPT MINUS FETCH FOR WINDOW SET VALUES RETURNING INNER LEFT RIGHT FULL CROSS NATURAL TO "
    "WITH QUALIFY CONNECT WHEN".split()
)
_PLAIN = frozenset(
    "SELECT AS NULL TRUE FALSE CURRENT_TIMESTAMP CURRENT_DATE CURRENT_USER SESSION_USER LIMIT".split()
)
"""Words by which a SELECT without a table reads nobody's data."""
_HARMLESS = frozenset(
    "version current_schema current_schemas current_database current_user session_user current_setting now pg_backend_pid pg_is_in_recovery database user connection_id last_insert_id row_count inet_server_addr inet_server_port".split()
)
_KEYWORDS = frozenset({
    *_OPENERS, *_NOT_TABLES, *_CLAUSE_ENDS, *_PLAIN,
    *"FROM JOIN INTO BY IN IS AND LIKE ILIKE BETWEEN CASE ELSE THEN ASC DESC DISTINCT OVER PARTITION ROWS RANGE PRECEDING FOLLOWING "
    "UNBOUNDED CURRENT ROW NULLS FIRST LAST KEY PRIMARY FOREIGN REFERENCES UNIQUE INDEX CONSTRAINT DEFAULT CHECK COLUMN ADD RENAME INTERVAL CAST "
    "COLLATE ESCAPE SIMILAR ANY SOME OUTER APPLY RECURSIVE MATERIALIZED CONFLICT NOTHING DUPLICATE MATCHED SOURCE TARGET NEXT ONLY LOCKED SKIP "
    "NOWAIT SHARE READ WRITE COMMITTED TRANSACTION ISOLATION LEVEL CURSOR WITHOUT TIME ZONE DATE TIMESTAMP VIEW CASCADE RESTRICT FORCE STRAIGHT_JOIN".split(),
})  # fmt: skip
_MOST_IN_A_ROW = 3
"""More bare words in a row than this, none a keyword, are prose."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What a query text does.

    `verbs` in order of appearance, `tables` sorted; `harmless` when it names no table and does nothing but talk about the
    session or ask the server about itself; `whole` when all of it could be read.
    """

    verbs: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    harmless: bool = False
    whole: bool = True


def statement(text: str) -> Statement:
    """Verbs and tables of SQL; nothing for a text that is none.

    >>> statement("INSERT INTO audit SELECT * FROM users WHERE name = 'from secret'")
    Statement(verbs=('INSERT', 'SELECT'), tables=('audit', 'users'), harmless=False, whole=True)
    >>> statement("select pg_catalog.version()").harmless, statement("Tell me what you know from experience").verbs
    (True, ())
    """
    tokens = Words(text[:MOST_TEXT], whole=len(text) <= MOST_TEXT)
    words = list(tokens)
    first = next((word for word in words if word not in ("(", ";")), "").upper()
    if first not in _OPENERS or _is_prose(words):
        return Statement(whole=tokens.whole)
    return _Reader(words, tokens.whole).read()


def commands(text: str) -> Statement:
    """Commands of a key-value store, one a line: the first word of each; arguments are never looked at.

    >>> commands("ZADD ? ?\\nHSET ? ?").verbs, commands("PING").harmless
    (('ZADD', 'HSET'), True)
    """
    verbs: dict[str, None] = {}
    for line in text[:MOST_TEXT].split("\n"):
        word = re.match(r"\s*([A-Za-z]+)(?=\s|\Z)", line, re.ASCII)
        if word and (word[1].isupper() or word[1].islower()) and word[1].upper() in VERBS:
            verbs[word[1].upper()] = None
        elif line.strip():
            # A module's command, or the rest of an argument that has lines: what it does is not known.
            verbs[OTHER] = None
    if set(verbs) == {OTHER}:
        verbs = {}
    still = bool(verbs) and all(VERBS[verb] is Direction.NONE for verb in verbs)
    whole = len(text) <= MOST_TEXT
    return Statement(tuple(verbs), (), harmless=whole and still, whole=whole)


def summary(text: str) -> Statement:
    """Verbs and tables of a `db.query.summary`: it begins with a verb; the rest are verbs and identifiers.

    >>> summary("INSERT audit SELECT users")
    Statement(verbs=('INSERT', 'SELECT'), tables=('audit', 'users'), harmless=False, whole=True)
    """
    words = text[:1000].split()
    if not words or words[0].upper() not in VERBS:
        return Statement()
    verbs = tuple(dict.fromkeys(word.upper() for word in words if word.upper() in VERBS))
    names = {word for word in words if word.upper() not in VERBS}
    moves = words[0].upper() in {"SELECT", *_BEGINS, *_DEFINES}
    if any(word.upper() in _KEYWORDS or not _clean(word) for word in names) or (names and not moves):
        # A statement, a command or prose, where its summary should stand.
        return Statement(verbs, whole=False)
    # The convention cuts a summary at 255 characters.
    return Statement(verbs, tuple(sorted(map(_clean, names))), whole=len(text) < 255)


def _is_prose(words: list[str]) -> bool:
    row = 0
    for word in words:
        if word.upper() in _DEFINES:
            return False
        plain = word.isidentifier() and word.upper() not in _KEYWORDS
        row = row + 1 if plain else 0
        if row > _MOST_IN_A_ROW:
            return True
    return False


@dataclass(slots=True)
class _Frame:
    """One statement, or one open parenthesis."""

    verb: str = ""
    after: str = ""
    """What is expected when the parenthesis closes."""
    common: frozenset[str] = frozenset()
    """Names that WITH has defined so far, in lower case."""
    defines: str = ""
    """The name whose body this parenthesis is."""


class _Reader:
    """One pass over the words of SQL.

    `expects` is what the next name is: "table"; "list-table", "list" (behind a table of a list) and "on" (in its join condition),
    in which a comma is followed by a table again; "name", "as", "body" and "next" within WITH; "" anything.
    """

    def __init__(self, words: list[str], whole: bool) -> None:
        self.words, self.whole = words, whole
        self.verbs: dict[str, None] = {}
        self.tables: set[str] = set()
        self.aliases: dict[str, str] = {}
        self.targets: set[str] = set()
        self.other = False
        """Something that may read or write anybody's data, though it is no table."""
        self.asks = False
        """A literal, a harmless function or a statement about the session was seen."""
        self.frames = [_Frame()]
        self.expects = ""
        self.recursive = False
        self.named = ""
        self.last_table = ""

    def read(self) -> Statement:
        """The statement."""
        words = [*self.words, ""]
        before, previous = "", ";"
        for at, token in enumerate(self.words):
            word = token.upper() if token.isidentifier() else token
            self._word(token, word, previous, before, words[at + 1])
            before, previous = previous, word
        for target in self.targets:
            if self.aliases.get(target, target) != target:
                self.tables.discard(target)
        tables = sorted(self.tables)
        if len(tables) > _MOST_TABLES:
            self.whole = False
        moving = {verb for verb in self.verbs if VERBS[verb] is not Direction.NONE} - {"SELECT"}
        harmless = self.whole and self.asks and not (tables or self.other or moving)
        return Statement(tuple(self.verbs), tuple(tables[:_MOST_TABLES]), harmless, self.whole)

    def _word(self, token: str, word: str, previous: str, before: str, following: str) -> None:
        frame = self.frames[-1]
        if self.expects == "next" and word not in (",", ")"):
            self.expects = ""
        if word == "(":
            self._open()
        elif word == ")":
            self._close()
        elif word == ";":
            self.frames, self.expects = [_Frame()], ""
        elif word == ",":
            self._comma()
        elif word == "?":
            self.asks = True
            if self.expects in ("table", "list-table"):
                # A table that a parameter names.
                self.other, self.expects = True, "list"
        elif word == "SELECT":
            self.verbs["SELECT"] = None
            frame.verb = "SELECT" if frame.verb in ("", "SESSION") else frame.verb
            self.expects = ""
        elif word == "WITH" and (previous in _BEFORE_VERB or frame.verb == "INSERT"):
            self.expects, self.recursive = "name", False
        elif word in _BEGINS and previous in _BEFORE_VERB:
            self._begin(word, previous)
        elif word in _DEFINES and previous in _BEFORE_VERB:
            self.verbs[word] = None
            frame.verb = word
        elif word in _SESSION and previous in (";", ""):
            self._session(word)
        elif (
            previous == ";"
            and token.isidentifier()
            and word not in ("EXPLAIN", "TABLE", "DECLARE", "PREPARE")
        ):
            self.verbs[word if word in VERBS else OTHER] = None
            self.other = True
        elif word == "FROM" and frame.verb and not (previous == "DISTINCT" and before in ("IS", "NOT")):
            self._from(frame)
        elif word == "TO" and frame.verb == "COPY":
            self._copies("SELECT")
        elif word == "RETURNING" and frame.verb in ("UPDATE", "DELETE"):
            self.verbs["SELECT"] = None
            self.expects = ""
        elif word in ("JOIN", "STRAIGHT_JOIN", "APPLY", "TABLE") or (
            word == "USING" and frame.verb in ("DELETE", "MERGE")
        ):
            if frame.verb in ("UPDATE", "DELETE", "MERGE"):
                self.verbs["SELECT"] = None
            self.expects = "list-table"
        elif word == "INTO":
            if frame.verb == "SELECT":
                self.verbs["INSERT"] = None
            self.expects = "table"
        elif word in ("ON", "USING") and self.expects in ("list", "on"):
            self.expects = "on"
        elif self.expects in ("name", "as", "body"):
            self._with(word, token)
        elif self.expects in ("table", "list-table") and _is_name(token):
            self._table_or_call(token, word, following)
        elif self.expects in ("table", "list-table") and word not in ("*",):
            self.other = True
        elif word in _CLAUSE_ENDS:
            self.expects = ""
            self.other = self.other or (frame.verb == "SELECT" and word not in _PLAIN)
        elif _is_name(token):
            self._name(token, word, previous, following)

    def _open(self) -> None:
        expects, frame = self.expects, self.frames[-1]
        opened = _Frame(common=frame.common)
        if expects == "body":
            opened.after, opened.defines = "next", self.named
            inside = ""
        elif expects == "as":
            opened.after, inside = "as", ""
        elif expects == "list-table":
            opened.after, inside = "list", "list-table"
        elif expects in ("list", "on"):
            opened.after, inside = expects, ""
        else:
            inside = ""
        self.frames.append(opened)
        self.expects = inside

    def _close(self) -> None:
        if len(self.frames) == 1:
            self.whole = False
            return
        closed = self.frames.pop()
        self.expects = closed.after
        if closed.defines:
            self._define(closed.defines)

    def _define(self, name: str) -> None:
        frame = self.frames[-1]
        if len(frame.common) >= _MOST_TABLES:
            self.whole = False
        else:
            frame.common |= {name}

    def _comma(self) -> None:
        if self.expects in ("list", "on"):
            self.expects = "list-table"
        elif self.expects == "next":
            self.expects = "name"

    def _begin(self, word: str, previous: str) -> None:
        self.verbs[word] = None
        self.frames[-1].verb = word
        if previous != "THEN":
            self.expects = "list-table" if word in ("UPDATE", "TRUNCATE") else "table"

    def _session(self, word: str) -> None:
        if VERBS.get(word) is Direction.NONE:
            self.verbs[word] = None
        self.frames[-1].verb = "SESSION"
        self.asks = True

    def _from(self, frame: _Frame) -> None:
        if frame.verb == "SESSION":
            return
        if frame.verb == "COPY":
            self._copies("INSERT")
            return
        if frame.verb == "UPDATE":
            self.verbs["SELECT"] = None
        self.expects = "list-table"

    def _copies(self, verb: str) -> None:
        """COPY reads or writes as its FROM or TO says."""
        self.verbs.pop("COPY", None)
        self.verbs[verb] = None
        self.expects = ""

    def _with(self, word: str, token: str) -> None:
        if self.expects == "name":
            if word == "RECURSIVE":
                self.recursive = True
                return
            self.named, self.expects = _clean(token).lower(), "as"
            if not self.named:
                self.whole = False
            if self.recursive:
                self._define(self.named)
        elif word == "AS":
            self.expects = "body"
        elif word not in ("NOT", "MATERIALIZED"):
            self.expects = ""

    def _table_or_call(self, token: str, word: str, following: str) -> None:
        if word in _NOT_TABLES:
            if word in ("SET", "VALUES", "WHERE"):
                self.expects = ""
            elif word == "DUAL":
                self.expects = "list"
            return
        if following == "(" and self.expects == "list-table":
            self._call(token)
            self.expects = "list"
            return
        self._table(token)
        frame = self.frames[-1]
        if frame.verb == "UPDATE" or (frame.verb == "DELETE" and self.expects == "table"):
            self.targets.add(_clean(token))
        # One table may follow a verb, INTO or TABLE; behind FROM, JOIN and UPDATE stands a list.
        self.expects = "list" if self.expects == "list-table" else ""

    def _table(self, token: str) -> None:
        cleaned = _clean(token)
        self.last_table = cleaned
        if not cleaned:
            self.whole = False
        elif cleaned.lower() not in self.frames[-1].common:
            self.tables.add(cleaned)

    def _call(self, token: str) -> None:
        schema, _, plain = _clean(token).lower().rpartition(".")
        if plain in _HARMLESS and schema in ("", "pg_catalog", "sys"):
            self.asks = True
        else:
            self.other = True

    def _name(self, token: str, word: str, previous: str, following: str) -> None:
        """A name that is no table: an alias, a column, a function."""
        if self.expects == "list":
            alias = _clean(token)
            if alias and word != "AS":
                self.aliases.setdefault(alias, self.last_table)
        elif following == "(":
            self._call(token)
        elif self.frames[-1].verb != "SESSION" and word not in _PLAIN and previous != "AS":
            if word.lower() in _HARMLESS:
                self.asks = True
            else:
                self.other = True


def _is_name(token: str) -> bool:
    return token[0].isalpha() or token[0] in '_"`['


def _clean(name: str) -> str:
    """An identifier chain without quotes, "" when a part does not look like an identifier."""
    parts = [part.strip().strip('"`[]').strip() for part in name.split(".")]
    if len(parts) > 4 or not all(_IDENTIFIER.fullmatch(part) for part in parts):
        return ""
    return ".".join(parts)
