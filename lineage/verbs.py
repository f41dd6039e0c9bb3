"""Verbs of data operations, and which way each moves data: one closed vocabulary (TELEMETRY.md, read or write).

The call's direction is not the data's (ASSEMBLY.md rule 1): a client that reads brings data in, one that
writes leaves data there. What is not in the table is unknown, and unknown is taken as both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum


class Direction(StrEnum):
    """Which way an operation on a store moves data."""

    READ = "read"
    WRITE = "write"
    BOTH = "both"
    NONE = "none"
    UNKNOWN = "unknown"


OTHER = "OTHER"
"""Stands for what a text does beside its other verbs and that is not in the table: unknown."""


def _table(rows: str) -> dict[str, Direction]:
    table: dict[str, Direction] = {}
    for line in rows.strip().splitlines():
        direction, *verbs = line.split()
        for verb in verbs:
            table[verb] = Direction(direction)
    return table


VERBS: Mapping[str, Direction] = _table("""
read SELECT FETCH VALUES DESCRIBE EXPLAIN COUNT FIND AGGREGATE DISTINCT SCAN QUERY SEARCH SCROLL RETRIEVE READ LIST HEAD LOOKUP RECOMMEND DISCOVER PEEK
read GET MGET GETRANGE SUBSTR STRLEN EXISTS TTL PTTL TYPE KEYS RANDOMKEY DUMP OBJECT GETBIT BITCOUNT BITPOS
read HGET HMGET HGETALL HKEYS HVALS HLEN HEXISTS HSCAN HSTRLEN HRANDFIELD LRANGE LINDEX LLEN LPOS
read SMEMBERS SISMEMBER SMISMEMBER SCARD SRANDMEMBER SSCAN SINTER SUNION SDIFF SINTERCARD
read ZRANGE ZRANGEBYSCORE ZRANGEBYLEX ZREVRANGE ZREVRANGEBYSCORE ZSCORE ZMSCORE ZCARD ZCOUNT ZRANK ZREVRANK ZSCAN ZLEXCOUNT ZINTER ZUNION ZDIFF ZRANDMEMBER
read XRANGE XREVRANGE XREAD XLEN XINFO XPENDING PFCOUNT GEOPOS GEODIST GEOHASH GEOSEARCH BATCHGETITEM GETITEM DOWNLOAD SIMILARITY
write INSERT UPDATE DELETE MERGE REPLACE UPSERT ADD PUT UPLOAD WRITE SAVE STORE INDEX BULK TRUNCATE DROP ALTER CREATE REMOVE MODIFY LOAD
write SET SETEX PSETEX SETNX MSET MSETNX APPEND INCR INCRBY INCRBYFLOAT DECR DECRBY SETRANGE SETBIT DEL UNLINK EXPIRE PEXPIRE EXPIREAT PEXPIREAT PERSIST RENAME RENAMENX RESTORE
write HSET HSETNX HMSET HDEL HINCRBY HINCRBYFLOAT LPUSH RPUSH LPUSHX RPUSHX LSET LTRIM LREM LINSERT
write SADD SREM SMOVE SUNIONSTORE SINTERSTORE SDIFFSTORE ZADD ZREM ZINCRBY ZREMRANGEBYSCORE ZREMRANGEBYRANK ZREMRANGEBYLEX ZUNIONSTORE ZINTERSTORE ZRANGESTORE
write XADD XACK XDEL XTRIM XGROUP XCLAIM XAUTOCLAIM PFADD PFMERGE GEOADD FLUSHDB FLUSHALL PUBLISH SPUBLISH COMPLETE INITIATE MULTIPART ABORT UPDATEITEM PUTITEM DELETEITEM BATCHWRITEITEM
both COPY GETSET GETDEL GETEX LPOP RPOP BLPOP BRPOP RPOPLPUSH BRPOPLPUSH LMOVE BLMOVE LMPOP SPOP ZPOPMIN ZPOPMAX BZPOPMIN BZPOPMAX SORT XREADGROUP FINDANDMODIFY MOVE TRANSACT
none SHOW BEGIN START COMMIT ROLLBACK SAVEPOINT RELEASE CONNECT CLOSE PING AUTH HELLO QUIT ECHO CLIENT CONFIG INFO COMMAND RESET WATCH UNWATCH MULTI DISCARD DEALLOCATE PREPARE LISTEN UNLISTEN SCRIPT HEARTBEAT USE
unknown OTHER CALL EXEC EXECUTE DO EVAL EVALSHA FCALL SUBSCRIBE PSUBSCRIBE SSUBSCRIBE UNSUBSCRIBE PUNSUBSCRIBE PIPELINE BATCH REQUEST
""")
"""Verb in upper case -> direction. `SET` in SQL is a session setting, in Redis a write: the SQL reader says which
by leaving it out of the verbs of a statement."""


_WORDS = re.compile(r"[A-Za-z]+", re.ASCII)


def direction_of(verbs: str) -> Direction:
    """The direction of an operation that has all these verbs, space-separated, in any case.

    >>> direction_of("INSERT SELECT"), direction_of("get"), direction_of("PING GET"), direction_of("FROB")
    (<Direction.BOTH: 'both'>, <Direction.READ: 'read'>, <Direction.READ: 'read'>, <Direction.UNKNOWN: 'unknown'>)
    """
    found = {VERBS.get(verb.upper(), Direction.UNKNOWN) for verb in verbs.split()}
    if not found or Direction.UNKNOWN in found:
        return Direction.UNKNOWN
    moving = found - {Direction.NONE}
    if not moving:
        return Direction.NONE
    return moving.pop() if len(moving) == 1 else Direction.BOTH


def verbs_in(text: str, most: int = 8) -> str:
    """The verbs of a name or operation, in upper case, from the vocabulary; "" for none.

    A pipeline's name gives each; a method's name is read word by word and gives its first verb, and those behind "and"
    and "or". A verb that moves no data counts only where it stands alone: `multi_get` reads.

    >>> verbs_in("async_get_cache"), verbs_in("ZADD HSET"), verbs_in("pg.query:INSERT gateway"), verbs_in("findOneAndUpdate")
    ('GET', 'ZADD HSET', 'INSERT', 'FIND UPDATE')
    """
    text = text[:200]
    words = text.split()
    if 1 < len(words) <= most and all(word in VERBS for word in words):
        return " ".join(dict.fromkeys(words))
    parts = [part for part in re.split(r"[^A-Za-z_]+", text) if part]
    found = [verb for part in parts if (verb := _verbs_of_part(part))]
    strong = [verb for verb in found if verb not in _WEAK]
    return (strong or found or [""])[0] or next((part.upper() for part in parts if part.upper() in VERBS), "")


_WEAK = frozenset("TYPE INDEX OBJECT CLIENT COMMAND QUERY".split())
"""Verbs that are nouns more often: taken when there is no other."""


def _verbs_of_part(part: str) -> str:
    whole = part.replace("_", "").upper()
    if whole in VERBS:
        return whole if VERBS[whole] is not Direction.NONE else ""
    words = [hump.upper() for word in _WORDS.findall(part) for hump in _humps(word)]
    moving = [
        at
        for at, word in enumerate(words)
        if VERBS.get(word, Direction.NONE) is not Direction.NONE and word not in _WEAK
    ]
    if not moving:
        return ""
    more = [words[at] for at in moving[1:] if words[at - 1] in ("AND", "OR")]
    return " ".join(dict.fromkeys([words[moving[0]], *more]))


def _humps(word: str) -> list[str]:
    if word.isupper() or word.islower():
        return [word]
    return re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", word)
