"""The guard in front of the clients that a service has: a few lines each, none of which looks at content.

    engine = clients.sqlalchemy(create_engine(...), guard)
    client = clients.openai(OpenAI(), guard)

Each takes a client and the guard, and gives the client back; from then on what it would send is asked about first, and
`IsolationViolation` comes out of the call that was stopped. A call is described as its span would be, so that the guard
and CI speak of one place. Libraries are never imported here but where one must be asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import iscoroutinefunction
from typing import Any, TypeVar
from urllib.parse import urlsplit

from lineage.errors import LineageError
from lineage.guard.calls import Attributes
from lineage.guard.gate import Guard

T = TypeVar("T")

_MODEL_CALLS = {
    "chat/completions": "chat",
    "responses": "chat",
    "messages": "chat",
    "completions": "text_completion",
    "embeddings": "embeddings",
    "images/generations": "image_generation",
    "images/edits": "image_generation",
    "audio/speech": "speech",
    "audio/transcriptions": "transcription",
    "audio/translations": "transcription",
}
"""The end of an OpenAI path -> `gen_ai.operation.name`."""
_STATEMENTS = frozenset("execute executemany executescript copy copy_expert".split())
"""Methods of a DB-API cursor or connection whose first argument is a statement (PEP 249, sqlite3, psycopg)."""
_UNTOLD = frozenset("callproc copy_from copy_to execute_batch execute_values backup blobopen".split())
"""Methods that move data without a statement: nobody tells which way."""


def httpx(client: T, guard: Guard) -> T:
    """An httpx client, sync or async; each request, redirects too, by the host that it goes to."""
    hooks: dict[str, list[Any]] = client.event_hooks  # type: ignore[attr-defined]

    def before(request: Any) -> None:
        guard.before(_http(request.method, str(request.url)))

    async def before_async(request: Any) -> None:
        before(request)

    mine: Callable[[Any], Any] = before_async if hasattr(client, "aclose") else before
    client.event_hooks = {**hooks, "request": [*hooks["request"], mine]}  # type: ignore[attr-defined]
    return client


def requests(session: T, guard: Guard) -> T:
    """A requests session; each request, redirects too."""
    inner = session.get_adapter  # type: ignore[attr-defined]

    def get_adapter(url: str) -> Any:
        return _Adapter(inner(url), guard)

    session.get_adapter = get_adapter  # type: ignore[attr-defined]
    return session


class _Adapter:
    """A transport of requests with the guard in front."""

    def __init__(self, inner: Any, guard: Guard) -> None:
        self._inner, self._guard = inner, guard

    def send(self, request: Any, **options: Any) -> Any:
        with self._guard.call(_http(request.method, request.url)):
            return self._inner.send(request, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def openai(client: T, guard: Guard, *, provider: str = "openai") -> T:
    """An OpenAI client, sync or async: model, kind of call and host.

    Args:
        client: the client.
        guard: the guard.
        provider: `gen_ai.provider.name`, as the service's instrumentation tells it.
    """
    inner = client.request  # type: ignore[attr-defined]

    def request(cast_to: Any, options: Any, **more: Any) -> Any:
        with guard.call(_model(client, options, provider)):
            return inner(cast_to, options, **more)

    async def request_async(cast_to: Any, options: Any, **more: Any) -> Any:
        with guard.call(_model(client, options, provider)):
            return await inner(cast_to, options, **more)

    client.request = request_async if iscoroutinefunction(inner) else request  # type: ignore[attr-defined]
    return client


def dbapi(connection: Any, guard: Guard, attributes: Attributes) -> Any:
    """A DB-API 2 connection (PEP 249) and the cursors that it gives, sync.

    Args:
        connection: sqlite3, psycopg, MySQL...
        guard: the guard.
        attributes: `db.system.name`, `server.address`, `server.port`, `db.namespace`, as spans tell them.

    Raises:
        LineageError: the connection is asynchronous: what its coroutines give cannot be followed.
    """
    if any(iscoroutinefunction(getattr(connection, name, None)) for name in ("execute", "commit")):
        raise LineageError.of(
            "an asynchronous connection cannot be wrapped",
            remedy="wrap the SQLAlchemy engine, or write `with guard.call(...)`",
        )
    return _Database(connection, guard, attributes)


class _Database:
    """A connection or cursor whose statements are asked about."""

    _inner: Any
    _guard: Guard
    _attributes: Attributes

    def __init__(self, inner: Any, guard: Guard, attributes: Attributes) -> None:
        vars(self).update(_inner=inner, _guard=guard, _attributes=attributes)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._inner, name, value)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if name == "cursor":
            return lambda *args, **named: _Database(found(*args, **named), self._guard, self._attributes)
        if name == "connection":
            return _Database(found, self._guard, self._attributes)
        if name in _UNTOLD or (name in _STATEMENTS and callable(found)):
            return self._asking(found, name in _STATEMENTS)
        return found

    def _asking(self, found: Callable[..., Any], stated: bool) -> Callable[..., Any]:
        def ask(*args: Any, **named: Any) -> Any:
            text = _text(args[0] if args else next(iter(named.values()), None)) if stated else ""
            self._guard.before({**self._attributes, "db.query.text": text} if text else self._attributes)
            answer = found(*args, **named)
            # sqlite3 and psycopg give the cursor back: it must not slip out bare.
            if answer is self._inner:
                return self
            return _Database(answer, self._guard, self._attributes) if hasattr(answer, "execute") else answer

        return ask

    def __enter__(self) -> Any:
        entered = self._inner.__enter__()
        return self if entered is self._inner else _Database(entered, self._guard, self._attributes)

    def __exit__(self, *raised: Any) -> Any:
        return self._inner.__exit__(*raised)

    def __iter__(self) -> Any:
        return iter(self._inner)


def sqlalchemy(engine: T, guard: Guard) -> T:
    """A SQLAlchemy engine; of an async one, its `sync_engine`."""
    from sqlalchemy import event

    target: Any = getattr(engine, "sync_engine", engine)
    url = target.url
    system = {"postgresql": "postgresql", "mssql": "microsoft.sql_server"}.get(
        target.dialect.name, target.dialect.name
    )
    where = _told(
        {
            "db.system.name": system,
            "server.address": url.host,
            "server.port": url.port,
            "db.namespace": url.database,
        }
    )

    def before(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        guard.before({**where, "db.query.text": statement})

    event.listen(target, "before_cursor_execute", before)
    return engine


def redis(client: T, guard: Guard) -> T:
    """A redis-py client, sync or async, with the pipelines and subscriptions that it gives."""
    told: Mapping[str, Any] = client.connection_pool.connection_kwargs  # type: ignore[attr-defined]
    where = _told(
        {
            "db.system.name": "redis",
            "server.address": told.get("host") or told.get("path"),
            "server.port": told.get("port"),
            "db.namespace": str(told.get("db") or 0),
        }
    )
    _commands(client, guard, where)
    for name in ("pipeline", "pubsub"):
        _each(client, name, lambda made: _commands(made, guard, where))
    return client


def _commands(client: Any, guard: Guard, where: Attributes) -> Any:
    inner = client.execute_command

    def execute_command(*args: Any, **options: Any) -> Any:
        words = _text(args[0]).split() if args else []
        guard.before({**where, "db.operation.name": words[0].upper() if words else "OTHER"})
        return inner(*args, **options)

    client.execute_command = execute_command
    return client


def _each(client: Any, name: str, done: Callable[[Any], Any]) -> None:
    """Do something to everything that a method gives."""
    inner = getattr(client, name)
    setattr(client, name, lambda *args, **named: done(inner(*args, **named)))


def s3(client: T, guard: Guard) -> T:
    """A boto3 or botocore client of S3: operation and bucket."""
    split = urlsplit(client.meta.endpoint_url)  # type: ignore[attr-defined]
    where = _told(
        {
            "rpc.system.name": "aws-api",
            "rpc.service": "S3",
            "server.address": split.hostname,
            "server.port": split.port,
        }
    )

    def before(params: Mapping[str, Any], model: Any, **_: Any) -> None:
        guard.before({**where, **_told({"rpc.method": model.name, "aws.s3.bucket": params.get("Bucket")})})

    client.meta.events.register_first("before-parameter-build.s3", before)  # type: ignore[attr-defined]
    return client


def celery(app: T, guard: Guard, *, system: str = "celery") -> T:
    """A Celery application: tasks that it sends, by their queue. In the worker, wrap the task's body in `guard.receive`.

    Args:
        app: the application.
        guard: the guard.
        system: `messaging.system`, as the service's instrumentation tells it.
    """
    inner = app.send_task  # type: ignore[attr-defined]

    def send_task(name: str, *args: Any, **options: Any) -> Any:
        queue = options.get("queue") or options.get("routing_key") or app.conf.task_default_queue  # type: ignore[attr-defined]
        where = {"messaging.system": system, "messaging.operation.type": "send"}
        with guard.call({**where, "messaging.destination.name": str(getattr(queue, "name", queue))}):
            return inner(name, *args, **options)

    app.send_task = send_task  # type: ignore[attr-defined]
    return app


def _http(method: str, url: str) -> Attributes:
    split = urlsplit(url)
    port = split.port or {"https": 443, "http": 80}.get(split.scheme)
    return _told({"http.request.method": method, "server.address": split.hostname, "server.port": port})


def _model(client: Any, options: Any, provider: str) -> Attributes:
    split = urlsplit(str(client.base_url))
    body = options.json_data if isinstance(options.json_data, Mapping) else {}
    path = str(options.url).strip("/")
    where = {"server.address": split.hostname, "server.port": split.port}
    operation = next(
        (word for end, word in _MODEL_CALLS.items() if path == end or path.endswith(f"/{end}")), ""
    )
    if not operation:
        return _told({"http.request.method": options.method, **where})
    model = body.get("model")
    names = {"gen_ai.operation.name": operation, "gen_ai.provider.name": provider}
    return _told({**names, "gen_ai.request.model": model if isinstance(model, str) else None, **where})


def _told(attributes: Mapping[str, Any]) -> Attributes:
    return {key: value for key, value in attributes.items() if value not in (None, "")}


def _text(statement: Any) -> str:
    """A statement or command as text; "" where it is an object that only its driver can read."""
    if isinstance(statement, bytes):
        return statement.decode("utf-8", "replace")
    return statement if isinstance(statement, str) else ""
