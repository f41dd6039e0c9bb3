"""Verbs of data operations, and which way each moves data: one closed vocabulary (TELEMETRY.md, read or write).

The call's direction is not the data's (ASSEMBLY.md rule 1): a client that reads brings data in, one that
writes leaves data there. What is not in the table is unknown, and unknown is taken as both.
"""

from __future__ import annotations

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
