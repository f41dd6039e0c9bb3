"""The guard in front of real client libraries, each with a server that is none."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from conftest import Make  # type: ignore[import-not-found,unused-ignore]

from lineage.errors import LineageError
from lineage.guard import Guard, IsolationViolation, Place, PlaceKind, clients

POSTGRES = {"db.system.name": "postgresql", "server.address": "pg.example", "db.namespace": "app"}


@pytest.fixture
def guard(make: Make) -> Guard:
    """One that enforces order16: of what nobody declared, nothing is allowed."""
    return make()


@pytest.fixture
def served(guard: Guard) -> Iterator[Guard]:
    """The same while it serves a customer from overseas."""
    with guard.request("eu-1"):
        yield guard


def targets(guard: Guard) -> set[str]:
    """Ids of the places that something went to or came from, but our own and customers."""
    return {
        place.id for place in guard.flows().places if place.kind not in (PlaceKind.PARTY, PlaceKind.SERVICE)
    }


# --- HTTP -------------------------------------------------------------------------------------------


def test_httpx_asks_before_a_request_leaves(served: Guard) -> None:
    httpx = pytest.importorskip("httpx")
    sent: list[str] = []

    def answer(request: Any) -> Any:
        sent.append(request.url.host)
        return httpx.Response(200)

    with clients.httpx(httpx.Client(transport=httpx.MockTransport(answer)), served) as client:
        client.post("http://core.example/infer", content="a prompt")
        with pytest.raises(IsolationViolation):
            client.post("https://unknown.example/v1?q=secret")

    assert sent == ["core.example"]
    assert targets(served) == {"remote:core.example"}


def test_httpx_asks_about_where_a_redirect_leads(served: Guard) -> None:
    httpx = pytest.importorskip("httpx")
    sent: list[str] = []

    def answer(request: Any) -> Any:
        sent.append(request.url.host)
        return httpx.Response(302, headers={"location": "https://elsewhere.example/"})

    client = clients.httpx(httpx.Client(transport=httpx.MockTransport(answer), follow_redirects=True), served)
    with pytest.raises(IsolationViolation):
        client.get("http://core.example/")

    assert sent == ["core.example"]


def test_async_httpx_asks_too_and_keeps_the_hooks_that_were_there(served: Guard) -> None:
    httpx = pytest.importorskip("httpx")
    seen: list[str] = []

    async def mine(request: Any) -> None:
        seen.append(request.url.host)

    async def run() -> None:
        transport = httpx.MockTransport(lambda request: httpx.Response(200))
        client = clients.httpx(
            httpx.AsyncClient(transport=transport, event_hooks={"request": [mine]}), served
        )
        await client.get("http://core.example/")
        with pytest.raises(IsolationViolation):
            await client.get("http://unknown.example/")
        await client.aclose()

    asyncio.run(run())

    assert seen == ["core.example", "unknown.example"]
    assert targets(served) == {"remote:core.example"}


def test_requests_asks_before_a_request_leaves(served: Guard) -> None:
    requests = pytest.importorskip("requests")
    sent: list[str] = []

    class Nowhere(requests.adapters.BaseAdapter):  # type: ignore[misc,name-defined]
        def send(self, request: Any, **_: Any) -> Any:
            sent.append(request.url)
            answer = requests.Response()
            answer.status_code, answer.url, answer.request = 200, request.url, request
            answer._content = b""
            return answer

        def close(self) -> None:
            """Nothing is open."""

    session = clients.requests(requests.Session(), served)
    session.mount("http://", Nowhere())
    session.get("http://core.example/infer")
    with pytest.raises(IsolationViolation):
        session.get("http://unknown.example/")

    assert sent == ["http://core.example/infer"]


# --- models -----------------------------------------------------------------------------------------


def completion(model: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": "an answer"}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return {"id": "1", "object": "chat.completion", "created": 1, "model": model, "choices": [choice]}


def openai_client(sent: list[str], is_async: bool) -> Any:
    openai = pytest.importorskip("openai")
    kind = openai.DefaultAsyncHttpxClient if is_async else openai.DefaultHttpxClient
    http = __import__(
        next(
            base.__module__
            for base in kind.__mro__
            if "Client" in base.__name__ and "openai" not in base.__module__
        ).partition(".")[0]
    )

    def answer(request: Any) -> Any:
        sent.append(str(request.url))
        return http.Response(200, json=completion("qwen"))

    return (openai.AsyncOpenAI if is_async else openai.OpenAI)(
        api_key="none",
        base_url="http://llm.example/v1",
        max_retries=0,
        http_client=kind(transport=http.MockTransport(answer)),
    )


def test_openai_tells_model_and_host_and_the_answer_carries_what_the_model_brings(served: Guard) -> None:
    sent: list[str] = []
    client = clients.openai(openai_client(sent, False), served)
    client.chat.completions.create(model="qwen", messages=[{"role": "user", "content": "a prompt"}])
    served.reply()

    assert targets(served) == {"model:openai/qwen@llm.example"}
    edges = {
        (str(edge.leg), *sorted(edge.categories))
        for edge in served.flows().edges
        if edge.target.kind is PlaceKind.MODEL
    }
    assert edges == {("request", "prompt")}
    assert sent == ["http://llm.example/v1/chat/completions"]


def test_openai_is_stopped_before_a_byte_is_sent(guard: Guard) -> None:
    sent: list[str] = []
    client = clients.openai(openai_client(sent, False), guard)
    with pytest.raises(IsolationViolation):
        client.chat.completions.create(
            model="qwen", messages=[{"role": "user", "content": "a prompt of nobody known"}]
        )

    assert sent == []


def test_async_openai_is_asked_too(served: Guard) -> None:
    sent: list[str] = []
    client = clients.openai(openai_client(sent, True), served)

    async def run() -> None:
        await client.chat.completions.create(model="qwen", messages=[{"role": "user", "content": "a prompt"}])

    asyncio.run(run())

    assert (targets(served), len(sent)) == ({"model:openai/qwen@llm.example"}, 1)


# --- databases --------------------------------------------------------------------------------------


@pytest.fixture
def database() -> Iterator[sqlite3.Connection]:
    """Stands in for the PostgreSQL that the attributes name."""
    connection = sqlite3.connect(":memory:")
    connection.executescript("create table users (name text); create table leads (name text)")
    yield connection
    connection.close()


def test_a_cursor_asks_table_by_table_and_which_way(served: Guard, database: sqlite3.Connection) -> None:
    connection = clients.dbapi(database, served, POSTGRES)
    cursor = connection.cursor()
    cursor.execute("insert into users values (?)", ("a name",))
    cursor.execute("select name from users")

    assert cursor.fetchall() == [("a name",)]
    moved = {
        (str(e.leg), e.kept)
        for e in served.flows().edges
        if "users" in (e.source.collection, e.target.collection)
    }
    assert moved == {("request", True), ("request", False), ("response", False)}


WAYS: dict[str, Callable[[Any], Any]] = {
    "execute of a cursor": lambda c: c.cursor().execute("insert into users values ('x')"),
    "executemany of a cursor": lambda c: c.cursor().executemany("insert into users values (?)", [("x",)]),
    "execute of the connection": lambda c: c.execute("insert into users values ('x')"),
    "executescript": lambda c: c.executescript("insert into users values ('x')"),
    "a cursor that a cursor's execute gave": lambda c: c.execute("select 1").execute(
        "insert into users values ('x')"
    ),
    "the connection of a cursor": lambda c: c.cursor().connection.execute("insert into users values ('x')"),
    "the connection as a context": lambda c: c.__enter__().execute("insert into users values ('x')"),
    "a statement of which nobody can tell the way": lambda c: c.execute("vacuum"),
    "a backup, which has no statement": lambda c: c.backup(sqlite3.connect(":memory:")),
}


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_no_way_leads_round_the_guard_of_a_connection(
    guard: Guard, database: sqlite3.Connection, way: Callable[[Any], Any]
) -> None:
    connection = clients.dbapi(database, guard, POSTGRES)

    with pytest.raises(IsolationViolation):  # nobody known: all is stopped
        way(connection)

    assert database.execute("select count(*) from users").fetchone() == (0,)


def test_what_a_connection_has_beside_statements_is_as_it_was(
    guard: Guard, database: sqlite3.Connection
) -> None:
    connection = clients.dbapi(database, guard, POSTGRES)
    connection.row_factory = sqlite3.Row
    connection.commit()

    assert database.row_factory is sqlite3.Row


def test_an_asynchronous_connection_is_refused(guard: Guard) -> None:
    class Connection:
        async def execute(self) -> None: ...

    with pytest.raises(LineageError, match="an asynchronous connection cannot be wrapped"):
        clients.dbapi(Connection(), guard, POSTGRES)


def test_sqlalchemy_asks_before_a_statement_is_executed(make: Make) -> None:
    sqlalchemy = pytest.importorskip("sqlalchemy")
    guard = make(modes={"order16/no-shared-store": "enforce"})
    engine = clients.sqlalchemy(
        sqlalchemy.create_engine("sqlite://", poolclass=sqlalchemy.pool.StaticPool), guard
    )
    with guard.work(), engine.begin() as connection:
        connection.execute(sqlalchemy.text("create table users (name text)"))
    with guard.request("eu-1"), engine.begin() as connection:
        connection.execute(sqlalchemy.text("insert into users values ('x')"))
    with pytest.raises(IsolationViolation), guard.request("cn-1"), engine.begin() as connection:
        connection.execute(sqlalchemy.text("insert into users values ('y')"))

    assert "store:sqlite@?(service:gw@aws/ap-southeast-1)//users" in targets(guard)
    engine.dispose()


# --- redis, S3, Celery ------------------------------------------------------------------------------


def test_redis_asks_before_commands_and_pipelines(served: Guard) -> None:
    fakeredis = pytest.importorskip("fakeredis")
    client = clients.redis(fakeredis.FakeRedis(host="redis.example", port=6379, db=0), served)
    client.set("key", "a prompt")
    with client.pipeline() as pipe:
        pipe.get("key")
        assert pipe.execute() == [b"a prompt"]

    assert targets(served) == {"store:redis@redis.example/0"}


def test_redis_is_stopped_for_nobody_known(guard: Guard) -> None:
    fakeredis = pytest.importorskip("fakeredis")
    client = clients.redis(fakeredis.FakeRedis(host="redis.example", port=6379, db=0), guard)
    for command in (("SET", "a", "b"), ("EVAL", "return 1", 0)):
        with pytest.raises(IsolationViolation):
            client.execute_command(*command)
    with pytest.raises(IsolationViolation):
        client.pipeline().set("a", "b")

    assert client.ping()


def test_async_redis_is_asked_too(served: Guard) -> None:
    fakeredis = pytest.importorskip("fakeredis")

    async def run() -> None:
        client = clients.redis(fakeredis.FakeAsyncRedis(host="redis.example", port=6379, db=0), served)
        await client.set("key", "a prompt")
        await client.aclose()

    asyncio.run(run())

    assert targets(served) == {"store:redis@redis.example/0"}


def test_s3_asks_by_operation_and_bucket(guard: Guard) -> None:
    boto3 = pytest.importorskip("boto3")
    stub = pytest.importorskip("botocore.stub")
    client = boto3.client(
        "s3",
        region_name="ap-southeast-1",
        aws_access_key_id="none",
        aws_secret_access_key="none",  # noqa: S106
    )
    with stub.Stubber(client) as answers:
        answers.add_response("put_object", {})
        answers.add_response("put_object", {})
        clients.s3(client, guard)
        with guard.request("eu-1"):
            client.put_object(Bucket="prompts", Key="a/b", Body=b"a prompt")
        with pytest.raises(IsolationViolation):
            client.put_object(Bucket="prompts", Key="a/b", Body=b"a prompt of nobody known")

    assert targets(guard) == {"store:s3@s3.ap-southeast-1.amazonaws.com//prompts"}


def test_celery_asks_by_queue_and_the_worker_hears_what_the_queue_holds(make: Make) -> None:
    celery = pytest.importorskip("celery")
    guard = make(modes={"order16/mixed-artefacts-not-returned": "enforce"})
    app = clients.celery(celery.Celery("tests", broker="memory://"), guard)

    @app.task(name="infer")  # type: ignore[untyped-decorator,unused-ignore]
    def infer(prompt: str) -> None: ...

    with guard.request("eu-1"):
        pass
    with guard.request("cn-1"):
        infer.apply_async(("a prompt",), queue="jobs")
        app.send_task("infer", ("a prompt",), queue="jobs")
    assert targets(guard) == {"topic:celery/jobs"}

    with guard.receive({"messaging.system": "celery", "messaging.destination.name": "jobs"}) as request:
        assert [place.id for place in request.sources] == ["topic:celery/jobs"]
        with pytest.raises(IsolationViolation) as stopped:
            guard.check(Place(PlaceKind.PARTY, "eu-1"), category="output")
    assert [step.source.id for step in stopped.value.path][:2] == [
        "party:cn-1",
        "service:gw@aws/ap-southeast-1",
    ]
    app.close()


def test_celery_is_stopped_before_a_task_is_sent(guard: Guard) -> None:
    celery = pytest.importorskip("celery")
    app = celery.Celery("tests", broker="memory://")
    sent: list[str] = []
    app.send_task = lambda name, *args, **options: sent.append(name)
    clients.celery(app, guard)

    with pytest.raises(IsolationViolation):
        app.send_task("infer", queue="jobs")

    assert sent == []
    app.close()
