"""Modes, contexts, failure inside, reload, fork: what a service sees of the guard."""

from __future__ import annotations

import asyncio
import logging
import os
import pickle
import random
import re
import threading
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import ENFORCED, INVENTORY, SERVICE, Make, lines  # type: ignore[import-not-found,unused-ignore]

from lineage import guard as module
from lineage.errors import LineageError
from lineage.guard import Guard, IsolationViolation, Outcome, Place, PlaceKind, Reason
from lineage.guard.memory import Memory
from lineage.inventory.match import told
from lineage.snapshot import dumps

DB = Place(PlaceKind.STORE, system="postgresql", host="pg.example", namespace="app", collection="users")
CRM = {
    "db.system.name": "postgresql",
    "server.address": "crm.example",
    "db.namespace": "crm",
    "db.query.text": "SELECT name FROM leads WHERE id = 7",
}
QWEN = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "qwen",
    "server.address": "llm.example",
}


# --- modes ------------------------------------------------------------------------------------------


def test_what_no_rule_has_anything_against_is_allowed(guard: Guard) -> None:
    with guard.request("eu-1"):
        decision = guard.check(DB, category="prompt", purpose="inference")

    assert (decision.outcome, decision.rules, decision.message()) == (Outcome.ALLOWED, (), "")


def test_an_enforced_rule_stops_the_call_with_its_id_and_the_path_so_far(make: Make) -> None:
    guard = make(modes={"order16/mixed-artefacts-not-returned": "enforce"})
    with guard.request("eu-1"):
        guard.before(QWEN)
        guard.before(CRM)
        with pytest.raises(IsolationViolation) as stopped:
            guard.reply()

    assert stopped.value.rule == "order16/mixed-artefacts-not-returned"
    assert [(step.source.en, step.target.en) for step in stopped.value.path] == [
        ("crm crm/leads", "gateway"),
        ("gateway", "overseas (eu-1)"),
    ]


def test_the_message_is_that_of_ci_in_both_languages(make: Make) -> None:
    guard = make(modes={"order16/no-shared-store": "enforce"})
    with guard.work():
        guard.before(CRM)
        guard.check(DB)
    with guard.request("eu-1"), pytest.raises(IsolationViolation) as stopped:
        guard.check(DB)

    blame = stopped.value.decision.blamed[0]
    assert blame.message("en") == "Data of overseas (eu-1) and data of crm crm/leads meet at db app."
    assert blame.message("zh") == "overseas (eu-1) 的数据与 crm crm/leads 的数据在 db app 混用。"
    assert str(stopped.value) == (
        "order16/no-shared-store (violated): Data of overseas (eu-1) and data of crm crm/leads meet at db app."
        " Path so far: overseas (eu-1) > gateway > db app/users"
    )


def test_an_observed_rule_lets_the_call_through_and_counts_it(make: Make) -> None:
    guard = make(modes={}, mode="observe")
    with guard.request("eu-1"):
        guard.before(CRM)
        decision = guard.reply()

    assert decision.outcome is Outcome.LET_THROUGH
    assert "order16/mixed-artefacts-not-returned" in decision.rules
    assert guard.counts[Outcome.LET_THROUGH] >= 1


def test_modes_are_told_rule_by_rule_and_the_last_pattern_counts(make: Make) -> None:
    guard = make(modes={"order16/*": "enforce", "order16/no-domestic-*": "observe"})
    with guard.work():
        guard.before(CRM)
        guard.check(DB)
    with guard.request("eu-1") as request:
        assert request.party is not None
        with pytest.raises(IsolationViolation) as stopped:
            guard.check(DB)

    assert guard.counts[Outcome.LET_THROUGH] == 1
    assert stopped.value.rule == "order16/no-shared-store"


def test_unknown_is_stopped_where_enforced_and_let_through_where_observed(make: Make) -> None:
    watching = make(modes={})
    with watching.request("nobody-declared-him"):
        assert watching.counts[Outcome.LET_THROUGH] == 1

    with pytest.raises(IsolationViolation) as stopped, make().request("nobody-declared-him"):
        pass
    assert {(blame.rule, blame.verdict) for blame in stopped.value.decision.blamed} >= {
        ("order16/origin-overseas", "undecided")
    }


def test_what_was_stopped_is_not_taken_to_have_happened(guard: Guard) -> None:
    with guard.request("eu-1"):
        guard.check(DB)
    with pytest.raises(IsolationViolation), guard.request("cn-1"):
        pass

    assert "party:cn-1" not in {place.id for place in guard.flows().places}
    with guard.request("eu-2"):
        assert guard.check(DB).outcome is Outcome.ALLOWED


def test_what_was_let_through_counts_for_what_comes_after(make: Make) -> None:
    guard = make(modes={"order16/mixed-artefacts-not-returned": "enforce"})
    cache = {"db.system.name": "redis", "server.address": "redis.example"}
    with guard.work():
        guard.before(CRM)
        assert guard.before({**cache, "db.operation.name": "SET"}).outcome is not Outcome.BLOCKED
    with guard.request("eu-1"):
        guard.before({**cache, "db.operation.name": "GET"})
        with pytest.raises(IsolationViolation) as stopped:
            guard.reply()

    assert [step.target.en for step in stopped.value.path] == [
        "gateway",
        "cache",
        "gateway",
        "overseas (eu-1)",
    ]


def test_what_ci_saw_is_known_from_the_start(make: Make) -> None:
    first = make(modes={})
    with first.work():
        first.before(CRM)
        first.check(DB)

    later = make(known=first.flows(), modes={"order16/no-shared-store": "enforce"})
    with pytest.raises(IsolationViolation) as stopped, later.request("eu-1"):
        later.check(DB)

    assert stopped.value.rule == "order16/no-shared-store"


def test_the_same_forbidden_flow_is_stopped_each_time_even_if_ci_saw_it_already(make: Make) -> None:
    seen = make(modes={})
    with seen.request("eu-1"):
        seen.check(DB)
        seen.before(CRM)
        seen.check(DB)

    guard = make(known=seen.flows(), modes={"order16/no-shared-store": "enforce"})
    for tenant in ("eu-1", "eu-2", "eu-1"):
        with guard.request(tenant):
            guard.before(QWEN)
            with pytest.raises(IsolationViolation):
                guard.check(DB)


def test_a_violation_can_be_pickled_like_any_result_of_a_task(guard: Guard) -> None:
    with pytest.raises(IsolationViolation) as stopped, guard.request("nobody"):
        pass

    again = pickle.loads(pickle.dumps(stopped.value))  # noqa: S301 - our own bytes

    assert (again.rule, str(again)) == (stopped.value.rule, str(stopped.value))


# --- whose data it is -------------------------------------------------------------------------------


def test_without_a_request_nobody_is_known_and_nothing_is_allowed(guard: Guard) -> None:
    with pytest.raises(IsolationViolation) as stopped:
        guard.check(DB)

    told_of = {blame.path[-1].data.id for blame in stopped.value.decision.blamed if blame.path}
    assert told_of == {"caller:?(service:gw@aws/ap-southeast-1)"}
    assert {str(blame.verdict) for blame in stopped.value.decision.blamed} == {"undecided"}


def test_a_thread_without_the_context_works_for_nobody_known_and_one_with_it_for_the_request(
    guard: Guard,
) -> None:
    with guard.request("eu-1"), ThreadPoolExecutor(1) as pool:
        carried = copy_context()

        assert pool.submit(carried.run, guard.check, DB).result().outcome is Outcome.ALLOWED
        with pytest.raises(IsolationViolation):
            pool.submit(guard.check, DB).result()


def test_what_one_task_has_read_the_request_has_heard(make: Make) -> None:
    guard = make(modes={"order16/mixed-artefacts-not-returned": "enforce"})

    async def serve() -> None:
        with guard.request("eu-1"):
            await asyncio.gather(asyncio.to_thread(guard.before, CRM))
            guard.reply()

    with pytest.raises(IsolationViolation) as stopped:
        asyncio.run(serve())

    assert stopped.value.rule == "order16/mixed-artefacts-not-returned"


def test_requests_that_are_served_at_once_do_not_mix(make: Make) -> None:
    guard = make(modes={"order16/mixed-artefacts-not-returned": "enforce"})
    outcomes: Counter[tuple[bool, str]] = Counter()
    turns = random.Random(7)

    async def serve(number: int) -> None:
        reads = number % 3 == 0
        with guard.request(f"eu-{number}"):
            for _ in range(turns.randrange(4)):
                await asyncio.sleep(0)
            if reads:
                guard.before(CRM)
            await asyncio.sleep(0)
            try:
                outcomes[reads, guard.reply().outcome] += 1
            except IsolationViolation:
                outcomes[reads, "blocked"] += 1

    async def all_of_them() -> None:
        await asyncio.gather(*(serve(number) for number in range(300)))

    asyncio.run(all_of_them())

    assert outcomes == {(True, "blocked"): 100, (False, "allowed"): 200}


def test_threads_that_decide_at_once_agree_and_every_decision_is_counted(make: Make) -> None:
    guard = make(modes={"order16/no-domestic-user": "enforce"})
    allowed: Counter[str] = Counter()
    lock, start = threading.Lock(), threading.Barrier(8)

    def serve(side: str) -> None:
        start.wait()
        for number in range(200):
            try:
                with guard.request(f"{side}-{number}"):
                    mine = "served"
            except IsolationViolation:
                mine = "stopped"
            with lock:
                allowed[f"{side} {mine}"] += 1

    threads = [threading.Thread(target=serve, args=(side,)) for side in ("eu", "cn") * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    # Whoever came first has the gateway: never both.
    assert allowed in ({"eu served": 800, "cn stopped": 800}, {"cn served": 800, "eu stopped": 800})
    assert (
        guard.counts[Outcome.ALLOWED] + guard.counts[Outcome.LET_THROUGH] + guard.counts[Outcome.BLOCKED]
        == 1600
    )


def test_a_lower_layer_of_a_guarded_call_is_no_call_of_its_own(guard: Guard) -> None:
    with guard.request("eu-1"), guard.call(QWEN):
        before = guard.counts[Outcome.ALLOWED]
        guard.before({"http.request.method": "POST", "server.address": "llm.example", "server.port": 443})
        assert guard.counts[Outcome.ALLOWED] == before


def test_another_host_inside_a_guarded_call_is_a_call_of_its_own(guard: Guard) -> None:
    with guard.request("eu-1"), guard.call(QWEN), pytest.raises(IsolationViolation):
        guard.before(
            {"http.request.method": "POST", "server.address": "elsewhere.example", "server.port": 443}
        )


def test_a_customer_that_has_no_proper_name_is_one_that_nobody_named(make: Make) -> None:
    guard = make(modes={})
    with guard.request("li@example.com") as request:
        assert [place.id for place in request.sources] == ["party:?(service:gw@aws/ap-southeast-1)"]


def test_the_tenant_of_a_labelled_request_is_taken_from_instrument(guard: Guard) -> None:
    instrument = pytest.importorskip("lineage.instrument")
    with instrument.label(tenant="eu-7"), guard.request() as request:
        assert [place.name for place in request.sources] == ["eu-7"]


# --- failure inside ---------------------------------------------------------------------------------

FAULTS: dict[str, Callable[[Guard, pytest.MonkeyPatch], Any]] = {
    "the rules raise": lambda guard, patch: patch.setattr("lineage.guard.policy.judge", _raise),
    "the graph raises": lambda guard, patch: patch.setattr("lineage.guard.policy.FlowGraph", _raise),
    "the table raises": lambda guard, patch: patch.setattr(guard._memory, "recall", _raise),
    "the record raises": lambda guard, patch: (
        patch.setattr(guard._docket.journal, "now", _raise),
        patch.setattr(guard._docket.journal, "later", _raise),
    ),
    "the clock raises": lambda guard, patch: patch.setattr("lineage.guard.gate._today", _raise),
    "the logger raises as well": lambda guard, patch: (
        patch.setattr("lineage.guard.policy.judge", _raise),
        patch.setattr("lineage.guard.gate._log", None),
    ),
    "memory is out": lambda guard, patch: patch.setattr("lineage.guard.policy.judge", _no_memory),
    "the stack is full": lambda guard, patch: patch.setattr("lineage.guard.policy.judge", _too_deep),
}


def _raise(*_: object, **__: object) -> None:
    raise RuntimeError("a message that quotes a prompt")


def _no_memory(*_: object) -> None:
    raise MemoryError


def _too_deep(*_: object) -> None:
    raise RecursionError


CALLS: dict[str, Callable[[Guard], Any]] = {
    "check": lambda guard: guard.check(DB, category="prompt"),
    "before": lambda guard: guard.before(QWEN),
    "reply": lambda guard: guard.reply(),
    "call": lambda guard: guard.call(QWEN).__enter__(),
    "request": lambda guard: guard.request("eu-2").__enter__(),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_guard_that_fails_stops_what_is_enforced_and_raises_nothing_else(
    fault: Callable[[Guard, pytest.MonkeyPatch], Any],
    call: Callable[[Guard], Any],
    guard: Guard,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fault(guard, monkeypatch)

    with pytest.raises(IsolationViolation) as stopped:
        call(guard)

    assert (stopped.value.rule, stopped.value.decision.blamed[0].verdict) == ("guard/failed", "undecided")
    assert "quotes" not in str(stopped.value)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_guard_that_fails_lets_through_what_is_observed_and_counts_it(
    fault: Callable[[Guard, pytest.MonkeyPatch], Any],
    call: Callable[[Guard], Any],
    make: Make,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    guard = make(modes={})
    fault(guard, monkeypatch)

    call(guard)

    assert guard.counts["failed"] >= 1


@pytest.mark.parametrize(
    "told",
    [{"category": "promt"}, {"purpose": "fun"}, {"leg": "sideways"}, {"target": "pg.example"}],
    ids=[
        "a category that is none",
        "a purpose that is none",
        "a leg that is none",
        "a target that is no place",
    ],
)
def test_what_no_span_could_say_is_not_decided(guard: Guard, told: dict[str, Any]) -> None:
    with guard.request("eu-1"), pytest.raises(IsolationViolation) as stopped:
        guard.check(told.pop("target", DB), **told)

    assert stopped.value.decision.blamed[0].reason is Reason.ARGUMENTS


def test_the_log_says_what_is_wrong_and_quotes_nothing(
    guard: Guard, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("lineage.guard.policy.judge", _raise)

    with pytest.raises(IsolationViolation), guard.request("eu-1"):
        pass

    assert caplog.messages == ["the guard could not decide: RuntimeError"]


def test_when_no_more_can_be_known_what_is_new_is_not_decided(make: Make) -> None:
    guard = make(limit=3)
    with guard.request("eu-1"):
        guard.check(DB)
        with pytest.raises(IsolationViolation) as stopped:
            guard.check(replace(DB, collection="another"))
        assert guard.check(DB).outcome is Outcome.ALLOWED

    assert stopped.value.decision.blamed[0].reason is Reason.FULL


def test_a_guard_that_was_never_set_up_stops_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_guard", None)

    with pytest.raises(IsolationViolation) as stopped:
        module.check(DB)

    assert str(stopped.value) == (
        "guard/failed (undecided): The guard was not set up in this process; what is not known is not allowed."
    )


def test_the_functions_of_the_module_ask_the_guard_that_was_set_up(
    inventory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_guard", None)
    made = module.setup(
        ["order16"], [inventory], modes=ENFORCED, record=tmp_path / "d.jsonl", service=SERVICE
    )

    with module.request("eu-1"):
        module.check(DB)
        with module.call(QWEN):
            pass
        module.reply()
    assert module.reload()
    assert made.counts[Outcome.ALLOWED] >= 5
    made.close()


# --- setting up -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"record": ""}, "something is enforced and nothing recorded"),
        ({"modes": {"order16/no-shared-stor": "enforce"}}, "no rule that the guard can decide fits 'order16/no-shared-stor'"),
        ({"modes": {"order16/*": "block"}}, "unknown mode 'block'"),
        ({"mode": "on"}, "unknown mode 'on'"),
        ({"reading": "lenient"}, "no pack has a mode 'lenient'"),
        ({"policies": []}, "the guard has no packs"),
        ({"policies": ["ordr16"]}, "there is no pack 'ordr16'"),
        ({"policies": ["supply"], "modes": {"supply/reconcil*": "enforce"}}, "no rule that the guard can decide fits"),
        ({"record": "/nowhere/at/all.jsonl"}, "the record cannot be written (No such file or directory)"),
    ],
    ids=[
        "enforced without a record", "a misspelt rule", "a mode that is none", "a default that is none",
        "a reading that is none", "no pack", "a misspelt pack", "a rule about ledgers", "a record that cannot be written",
    ],
)  # fmt: skip
def test_a_wrong_set_up_is_refused_at_once(make: Make, options: dict[str, Any], said: str) -> None:
    with pytest.raises(LineageError, match=said.replace("(", r"\(").replace(")", r"\)")):
        make(**options)


def test_our_own_place_is_told_by_the_environment_as_the_sdk_reads_it(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(
        "OTEL_RESOURCE_ATTRIBUTES", "service.name=x,cloud.provider=aws,cloud.region=ap-southeast-1"
    )
    monkeypatch.setenv("OTEL_SERVICE_NAME", "gw")

    assert make(service=None).own.id == "service:gw@aws/ap-southeast-1"


# --- reload -----------------------------------------------------------------------------------------


def test_a_new_inventory_is_in_force_after_a_reload_and_what_was_known_stays(
    guard: Guard, inventory: Path
) -> None:
    with guard.request("eu-1"):
        guard.check(DB)
    changed = INVENTORY.replace('"cn-*"}, origin: [CN]', '"us-*"}, origin: [US]').replace(
        '"eu-*"}, origin: [DE], class: personal, market: DE',
        '"eu-*"}, origin: [CN], class: personal, market: CN',
    )
    inventory.write_text(changed, "utf-8")

    assert guard.reload()

    # The gateway has had eu-1's data, which is domestic now: nobody from overseas may come there.
    with pytest.raises(IsolationViolation) as stopped, guard.request("us-1"):
        pass
    assert "order16/no-domestic-user" in stopped.value.decision.rules


def test_customers_that_a_new_inventory_tells_apart_are_told_apart(guard: Guard, inventory: Path) -> None:
    for tenant in ("eu-1", "eu-2"):
        with guard.request(tenant):
            guard.check(DB)
    more = '  - {name: special, match: {tenant: "eu-2"}, origin: [CN], class: personal, market: CN}\nplaces:'
    inventory.write_text(INVENTORY.replace("places:", more, 1), "utf-8")

    assert guard.reload()

    # eu-2's data was kept beside that of eu-1, though only eu-1 stood for both: nobody else may go there now.
    with pytest.raises(IsolationViolation), guard.request("eu-3"):
        guard.check(DB)


@pytest.mark.parametrize(
    "text",
    ["parties: [", "partys: []", "\x00", "parties: [{match: {tenant: a}, origin: [XX]}]"],
    ids=["cut short", "an unknown key", "no text at all", "a country that is none"],
)
def test_a_bad_new_policy_keeps_the_old_one_and_says_so(
    guard: Guard, inventory: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    inventory.write_text(text, "utf-8")

    assert not guard.reload()

    assert caplog.messages[0].startswith("the new policy is wrong, the old one stays: ")
    assert guard.counts["reload-failed"] == 1
    with guard.request("eu-1"):
        assert guard.check(DB).outcome is Outcome.ALLOWED
    inventory.unlink()
    assert not guard.reload()


def test_a_policy_that_fails_on_what_is_known_is_a_bad_one(
    guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    with guard.request("eu-1"):
        guard.check(DB)
    monkeypatch.setattr("lineage.guard.policy.judge", _raise)

    assert not guard.reload()


def test_a_changed_file_is_noticed_and_read_once(make: Make, inventory: Path) -> None:
    guard = make(watch=0.001)
    guard.tick()
    inventory.write_text(INVENTORY + "# changed\n", "utf-8")
    for _ in range(3):
        time.sleep(0.002)
        guard.tick()

    assert guard.counts["reloaded"] == 1


def test_without_watching_nothing_is_read_again(guard: Guard, inventory: Path) -> None:
    inventory.write_text(INVENTORY + "# changed\n", "utf-8")
    guard.tick()

    assert guard.counts["reloaded"] == 0


# --- fork, growth -----------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_worker_decides_alike_and_numbers_its_own_record(guard: Guard, tmp_path: Path) -> None:
    with guard.request("eu-1"):
        guard.check(DB)
        guard.check(DB)
    child = os.fork()
    if not child:
        code = 1
        try:
            with guard.request("eu-2"):
                guard.check(DB)
                code = 0 if guard.counts[Outcome.ALLOWED] == 2 else 2
            guard.close()
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    guard.close()

    found = lines(tmp_path / "decisions.jsonl")
    per = {
        process: [line for line in found if line["process"] == process]
        for process in {line["process"] for line in found}
    }
    assert len(per) == 2
    for process, its in per.items():
        assert its[0]["format"] == "lineage-decisions/1"
        assert sorted(line["n"] for line in its if "outcome" in line) == [1, 2]
        assert process.partition("-")[0] in {str(os.getpid()), str(child)}


def test_any_number_of_customers_is_a_few_to_the_guard(make: Make) -> None:
    guard = make()
    for number in range(12_000):
        guard.check(DB, sources=frozenset((Place(PlaceKind.PARTY, f"eu-{number}"),)))

    memory: Memory = guard._memory
    assert (len(guard.flows()), guard.counts["new"]) == (1, 1)
    assert max(len(memory.classes._of), len(memory.classes._sets)) <= 5_000
    assert sum(map(len, memory.classes.members.values())) <= 1_001


@pytest.mark.slow
def test_memory_does_not_grow_with_customers(make: Make) -> None:
    guard = make()

    def serve(first: int, last: int) -> int:
        for number in range(first, last):
            with guard.request(f"eu-{number}"):
                guard.check(DB)
                guard.reply()
        told.cache_clear()  # of 65,536 places at most
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        warm = serve(0, 10_000)
        later = serve(10_000, 100_000)
    finally:
        tracemalloc.stop()

    assert later < warm + 500_000


def test_hosts_without_number_are_forgotten_as_calls_and_stopped_as_places(make: Make) -> None:
    guard = make(limit=60)
    stopped: Counter[str] = Counter()
    with guard.work():
        for number in range(40):
            try:
                guard.before(
                    {"http.request.method": "GET", "server.address": f"h{number}.example", "server.port": 443}
                )
            except IsolationViolation as violation:
                stopped[violation.rule] += 1

    assert sum(stopped.values()) > 0
    assert len(guard.flows()) <= 60


def test_the_interpreter_may_end_with_a_guard_in_use(inventory: Path, tmp_path: Path) -> None:
    import subprocess
    import sys

    record = tmp_path / "end.jsonl"
    code = (
        "from lineage.guard import Guard, Place, PlaceKind\n"
        f"guard = Guard(['order16'], [{str(inventory)!r}], record={str(record)!r}, service={SERVICE!r})\n"
        "with guard.request('eu-1'):\n"
        "    [guard.check(Place(PlaceKind.STORE, system='redis', host='redis.example')) for _ in range(5)]\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)

    assert (done.returncode, done.stderr) == (0, "")
    assert [line for line in lines(record) if "again" in line][-1]["again"] == {"2": 4}


def test_the_manual_works_as_written(
    inventory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = Path(__file__).parents[2] / "docs" / "how-to" / "guard.md"
    first, second, *_ = re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(module, "_guard", None)
    before = Guard(["order16"], [inventory], service=SERVICE)
    with before.work():
        before.before(CRM)
        before.check(replace(DB, collection="prompts"))
    (tmp_path / "main.snapshot.json").write_bytes(dumps(before.flows()))

    exec(compile(first, str(page), "exec"), {})  # noqa: S102 - our own page
    # The inventory of this test does not declare acme.
    assert capsys.readouterr().out == (
        "order16/no-shared-store order16/no-shared-store (undecided): Data of acme, which is at db app, may itself be of the kind"
        " that must stay out. Path so far: acme > gateway > db app/prompts\n"
    )
    exec(compile(second, str(page), "exec"), {"guard": module})  # noqa: S102
    assert module.installed().flows().places == before.flows().places
    module.installed().close()
    before.close()


def test_nothing_is_logged_where_all_is_well(guard: Guard, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO), guard.request("eu-1"):
        guard.check(DB)

    assert caplog.messages == []
