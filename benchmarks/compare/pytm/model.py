"""The seven cases as a threat model: `CASE=b-shared-log python model.py --json out.json`. Runs where pytm is installed.

What may be where is pytm's `maxClassification`: prompts of overseas customers are SENSITIVE, and only what belongs to the
overseas line may have such data; a log or a pool of the domestic line is RESTRICTED. Zones are boundaries. Each flow carries
what its two ends know of it; `b-by-hand` is the same flows with what a person finds who follows the prompt.
"""

import os

from pytm import LLM, TM, Actor, Boundary, Classification, Data, Dataflow, Datastore, Process, Server

CASE = os.environ["CASE"]
SENSITIVE, RESTRICTED, PUBLIC = Classification.SENSITIVE, Classification.RESTRICTED, Classification.PUBLIC

tm = TM("Example gateway")
outside, overseas = Boundary("Customers"), Boundary("Overseas line")
domestic, abroad = Boundary("Domestic line"), Boundary("Abroad")

prompt = Data("prompt of an overseas customer", classification=SENSITIVE, isPII=True)
own = Data("prompt of a domestic customer", classification=RESTRICTED, isPII=True)
lines = Data("log lines", classification=RESTRICTED)
samples = Data("samples", classification=RESTRICTED)
redacted = Data("redacted lines", classification=RESTRICTED)


def flow(source, sink, name, data):
    """A flow over TLS that may itself carry anything: only its ends are asked."""
    made = Dataflow(source, sink, name, protocol="HTTPS", data=data, maxClassification=SENSITIVE)
    made.controls.isEncrypted = True
    return made


acme = Actor("acme-eu", inBoundary=outside, maxClassification=SENSITIVE)
hongyun = Actor("hongyun-cn", inBoundary=outside, maxClassification=RESTRICTED)
core = Server("core-overseas", inBoundary=overseas, maxClassification=SENSITIVE)
core_domestic = Server("core-domestic", inBoundary=domestic, maxClassification=RESTRICTED)
qwen = LLM("qwen", inBoundary=overseas, maxClassification=SENSITIVE, processesPersonalData=True)
qwen.controls.providesConfidentiality = True
conversations = Datastore("pg-overseas", inBoundary=overseas, maxClassification=SENSITIVE, storesPII=True)
flow(acme, core, "ask", prompt)
flow(core, qwen, "infer", prompt)
flow(core, conversations, "keep", prompt)
flow(hongyun, core_domestic, "ask, domestic", own)

if CASE in ("b-shared-log", "b-by-hand"):
    log = Datastore("shared-log", maxClassification=RESTRICTED, storesLogData=True, isShared=True)
    exporter = Process("sample-exporter", inBoundary=domestic, maxClassification=RESTRICTED)
    pool = Datastore("domestic-pool", inBoundary=domestic, maxClassification=RESTRICTED)
    by_hand = CASE == "b-by-hand"
    flow(core, log, "log", prompt)
    flow(core_domestic, log, "log, domestic", own)
    flow(log, exporter, "search", [lines, prompt] if by_hand else lines)
    flow(exporter, pool, "insert", [samples, prompt] if by_hand else samples)
if CASE == "c-fallback":
    gpt = LLM("gpt", inBoundary=abroad, maxClassification=PUBLIC, processesPersonalData=True)
    gpt.controls.providesConfidentiality = True
    flow(core, gpt, "fall back", prompt)
if CASE == "d-debug-copy":
    console = Server("debug-console", inBoundary=overseas, maxClassification=SENSITIVE)
    sre = Actor("sre", inBoundary=overseas, maxClassification=PUBLIC)
    laptop = Datastore("laptop", inBoundary=overseas, maxClassification=PUBLIC)
    flow(conversations, console, "look", prompt)
    flow(console, sre, "show", prompt)
    flow(console, laptop, "copy", prompt)
if CASE == "e-redacted":
    redactor = Process("redactor", inBoundary=overseas, maxClassification=SENSITIVE)
    log = Datastore("shared-log", maxClassification=RESTRICTED, storesLogData=True, isShared=True)
    flow(core, redactor, "redact", prompt)
    flow(redactor, log, "log", redacted)
    flow(core_domestic, log, "log, domestic", own)
if CASE == "f-no-zone":
    sessions = Datastore("sessions", storesPII=True)  # nobody has said what may be there
    flow(core, sessions, "keep session", prompt)

tm.process()
