"""What is told of a query text: verbs, tables, whether it was read whole, and never a word of its literals."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.sql import MOST_TEXT, Statement, commands, statement, summary
from lineage.verbs import VERBS

READ = [
    ("a plain select", "SELECT a FROM t WHERE b = %s", "SELECT", "t"),
    ("a schema, and quotes of three dialects", 'SELECT * FROM `a`.`b`, [c].[d], "E"."F"', "SELECT", "E.F a.b c.d"),
    ("joins, aliases and commas", "SELECT * FROM a x, b AS y LEFT JOIN c ON c.i = x.i, d", "SELECT", "a b c d"),
    ("a subquery in a list", "SELECT * FROM (SELECT * FROM a) x, b WHERE i IN (SELECT i FROM c)", "SELECT", "a b c"),
    ("a join in parentheses", "SELECT * FROM (a JOIN b ON a.i = b.i), c", "SELECT", "a b c"),
    ("insert and select", "INSERT INTO a (x, y) SELECT p, q FROM b", "INSERT SELECT", "a b"),
    ("an upsert", "INSERT INTO t (a) VALUES ($1) ON CONFLICT (a) DO UPDATE SET a = excluded.a", "INSERT", "t"),
    ("select into", "SELECT * INTO a FROM b", "SELECT INSERT", "a b"),
    ("an update out of another table reads it", "UPDATE a SET x = 1 FROM b WHERE a.i = b.i", "UPDATE SELECT", "a b"),
    ("an update of an alias", "UPDATE u SET x = 1 FROM users u JOIN v ON v.i = u.i", "UPDATE SELECT", "users v"),
    ("an update that returns reads", "UPDATE a SET x = 1 RETURNING x", "UPDATE SELECT", "a"),
    ("a delete", "DELETE FROM a WHERE i = 1", "DELETE", "a"),
    ("a merge", "MERGE INTO a USING b ON (a.i = b.i) WHEN MATCHED THEN UPDATE SET x = 1, y = 2", "MERGE SELECT UPDATE", "a b"),
    ("copy into a table", "COPY a FROM STDIN", "INSERT", "a"),
    ("copy out of a query", "COPY (SELECT * FROM a) TO STDOUT", "SELECT", "a"),
    ("a table made of a query", "CREATE TABLE a AS SELECT * FROM b", "CREATE SELECT", "a b"),
    ("several tables dropped", "DROP TABLE IF EXISTS a, b", "DROP", "a b"),
    ("several statements", "BEGIN; INSERT INTO a VALUES (1); SELECT * FROM b; COMMIT", "BEGIN INSERT SELECT COMMIT", "a b"),
    ("a table function is no table", "SELECT * FROM generate_series(1, 2) g, t", "SELECT", "t"),
    ("FROM within a function is no table", "SELECT EXTRACT(YEAR FROM d), a IS NOT DISTINCT FROM b FROM t", "SELECT", "t"),
    ("a locking select is no update", "SELECT a FROM t FOR UPDATE", "SELECT", "t"),
    ("comments before and within", "-- from a\n/* from b */ SELECT /* c */ x FROM t", "SELECT", "t"),
    ("common table expressions are no tables", "WITH c AS (SELECT * FROM a), d (x) AS (SELECT 1) SELECT * FROM c, d, b", "SELECT", "a b"),
    ("a common table expression does not hide the table it is named after", "WITH a AS (SELECT * FROM a) SELECT * FROM a", "SELECT", "a"),
    ("a recursive one hides itself", "WITH RECURSIVE r AS (SELECT 1 UNION SELECT * FROM r) SELECT * FROM r JOIN a ON 1 = 1", "SELECT", "a"),
    ("its name ends with the statement", "WITH a AS (SELECT 1) SELECT * FROM a; SELECT * FROM a", "SELECT", "a"),
    ("an alias hides no table", "WITH c AS (SELECT 1) SELECT a AS a FROM a", "SELECT", "a"),
    ("a statement of an unknown sort", "SELECT 1; GRANT ALL ON t TO u", "SELECT OTHER", ""),
    ("a procedure", "CALL p(1)", "CALL", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "verbs", "tables"), [row[1:] for row in READ], ids=[row[0] for row in READ])
def test_verbs_and_tables(text: str, verbs: str, tables: str) -> None:
    found = statement(text)
    assert (tuple(verbs.split()), tuple(tables.split()), True) == (found.verbs, found.tables, found.whole)


HARMLESS = [
    ("a literal", "SELECT 1", True),
    ("a function by which the server tells of itself", "select pg_catalog.version()", True),
    ("Oracle's table of one row", "SELECT 1 FROM DUAL", True),
    ("a setting", "SET search_path = a", True),
    ("a setting shown", "show transaction isolation level", True),
    ("a function of somebody's own", "SELECT evil.version()", False),
    ("any other function", "SELECT read_everything(1)", False),
    ("a column whose FROM was cut off", "SELECT u.name, 1", False),
    ("a table that a parameter names", "SELECT 1 FROM ?", False),
    ("a table in letters that we do not read", "SELECT 1 FROM 患者", False),
    ("a temporary table", "SELECT 1 FROM #secret", False),
    ("another statement behind it", "SHOW x; SELECT * FROM t", False),
    ("a grant behind it", "SELECT 1; GRANT ALL ON t TO u", False),
    ("a comment that MySQL executes", "SELECT 1 /*! FROM secret */", False),
    ("a write", "BEGIN; DELETE FROM t", False),
]


@pytest.mark.parametrize(
    ("text", "expected"), [row[1:] for row in HARMLESS], ids=[row[0] for row in HARMLESS]
)
def test_nobody_s_data_moves(text: str, expected: bool) -> None:
    assert expected == statement(text).harmless


HIDDEN = [
    ("a literal with a doubled quote", "SELECT 1 FROM t WHERE a = 'it''s from secret'", True),
    ("a quote behind a backslash: MySQL and standard SQL differ", r"SELECT 1 FROM t WHERE a = 'x\' AND b = 'from secret'", False),
    ("a literal that is cut", "SELECT 1 FROM t WHERE a = 'x from secret", False),
    ("a cut literal that ends in a backslash", "SELECT 1 FROM t WHERE a = 'x from secret\\", False),
    ("a double-quoted literal", 'SELECT 1 FROM t WHERE a = "x from secret"', True),
    ("a double-quoted literal that is cut", 'SELECT 1 FROM t WHERE a = "x from secret', False),
    ("an escape in a double-quoted literal", r'SELECT 1 FROM t WHERE a = "x\" from secret"', False),
    ("a dollar quote", "SELECT $q$ x from secret $q$ FROM t", True),
    ("a dollar quote that is cut", "SELECT 1 FROM t WHERE a = $q$ x from secret", False),
    ("a comment to the end of the line", "SELECT 1 FROM t -- from secret", True),
    ("a comment of MySQL", "SELECT 1 FROM t # from secret", False),
    ("a comment within a comment", "SELECT 1 FROM t /* a /* b */ from secret */", False),
    ("a quote of Oracle's", "SELECT 1 FROM t WHERE a = q'[it's from secret]'", False),
    ("a backtick that is cut", "SELECT 1 FROM t WHERE a = `x from secret", False),
]  # fmt: skip


@pytest.mark.parametrize(("text", "whole"), [row[1:] for row in HIDDEN], ids=[row[0] for row in HIDDEN])
def test_a_literal_never_becomes_a_table(text: str, whole: bool) -> None:
    assert (("SELECT",), ("t",), whole) == (
        statement(text).verbs,
        statement(text).tables,
        statement(text).whole,
    )


@pytest.mark.parametrize(
    "text",
    [
        '{"find": "users", "filter": {"name": "from secret"}}',
        "Get me everything from Beijing",
        "tell me what you learnt from experience",
        "Select the best hospital doctor near Beijing from all",
        "请从北京选择",
        "",
    ],
)
def test_what_is_no_sql_tells_nothing(text: str) -> None:
    assert Statement() == statement(text)


def test_a_statement_longer_than_we_look_is_not_whole() -> None:
    found = statement("INSERT INTO t VALUES " + "(1)," * MOST_TEXT + "(SELECT * FROM secret)")  # noqa: S608
    assert Statement(("INSERT",), ("t",), harmless=False, whole=False) == found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GET ?", Statement(("GET",))),
        ("ZADD ? ?\nHSET ? ?\nZADD ? ?", Statement(("ZADD", "HSET"))),
        ("get cache:acme:secret", Statement(("GET",))),
        ("PING", Statement(("PING",), harmless=True)),
        ("PING\nJSON.SET secret", Statement(("PING", "OTHER"))),
        ("FT.SEARCH secret", Statement()),
        ("Get me the secret", Statement()),
    ],
    ids=str,
)
def test_commands(text: str, expected: Statement) -> None:
    assert expected == commands(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT users", Statement(("SELECT",), ("users",))),
        ("INSERT audit SELECT users", Statement(("INSERT", "SELECT"), ("audit", "users"))),
        ("users SELECT", Statement()),
        ("SELECT 1 FROM secret", Statement(("SELECT",), whole=False)),
        ("SET secret", Statement(("SET",), whole=False)),
        ("Find me the secret", Statement(("FIND",), whole=False)),
        ("SELECT " + "x" * 255, Statement(("SELECT",), whole=False)),
    ],
    ids=lambda value: str(value)[:40],
)
def test_summary(text: str, expected: Statement) -> None:
    assert expected == summary(text)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            "SELECT FROM INSERT INTO UPDATE WITH AS ( ) , ; ' \" ` $$ $a$ /* */ -- # \\ [ ] a b.c 1 ? JOIN ON TABLE COPY TO \n 患者".split(
                " "
            )
        ),
        max_size=60,
    ).map(" ".join)
)
def test_any_text_gives_verbs_of_the_vocabulary_and_identifiers(text: str) -> None:
    found = statement(text)
    assert set() == set(found.verbs) - VERBS.keys()
    assert all(table.isascii() and " " not in table for table in found.tables)


@pytest.mark.parametrize(
    "unit",
    ["f(", "'", '"', "$a", "a.", "[a ", "/*", "x AS y,", "(SELECT ", "`", "\\'", "a ", "WITH a AS ("],
)
def test_twice_the_text_is_not_four_times_the_words(unit: str) -> None:
    """Everything a reader holds is bounded by the text, which is bounded itself."""
    text = "SELECT " + unit * (MOST_TEXT // len(unit))
    assert len(statement(text).tables) <= 256
