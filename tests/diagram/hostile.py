"""Names that somebody hostile could put into telemetry, and a graph full of them."""

from __future__ import annotations

from lineage.flows import FlowKey, Flows, Leg
from lineage.graph import FlowGraph
from lineage.inventory import Authorisation, Organisation, Vendor
from lineage.inventory.model import Owner
from lineage.labels import Known, Labels
from lineage.meaning import Meaning, Source, Title
from lineage.places import Place, PlaceKind
from lineage.testing import Facts

NAMES = (
    '"]; injected [label="x"] //',
    "<script>alert(1)</script>",
    "</font></td></tr></table>> ]",
    "&amp;lt;b&amp;gt; &#60;b&#62; &bogus;",
    "back\\slash \\N \\G \\l \\",
    "line\nbreak\r\n\ttab",
    "nul\x00bell\x07esc\x1b[31m",
    "right\u202eto\u202cleft\u2066\u200b\ufeff",
    "]]> --> <!-- comment",
    "`code` #quot; #35; ;semi; %% {init} |pipe|",
    'click n1 href "javascript:alert(1)"',
    "surrogate \ud800 \uffff",
    "{name} {n} {calls} %s %(x)s",
    "long" * 1500,
    "境外客户 🚀 ﷽",
    "'; DROP TABLE users; --",
    "subgraph cluster_x { end }",
    '\\"} node [shape=box]',
)


def graph() -> FlowGraph:
    """Customers, services, tables, topics and vendors, all with hostile names, in hostile regions."""
    flows = Flows()
    facts = Facts()
    gate = Place(PlaceKind.SERVICE, NAMES[1], region=NAMES[0], country="SG")
    core = Place(PlaceKind.SERVICE, NAMES[4], namespace=NAMES[2], region=NAMES[7])

    keys = []
    for number, name in enumerate(NAMES):
        party = Place(PlaceKind.PARTY, name)
        table = Place(PlaceKind.STORE, system=name[:20], host=name, namespace=name, collection=name)
        topic = Place(PlaceKind.TOPIC, name, system=name[:9])
        nameless = Place(PlaceKind.STORE, system=name[:30], owner=core.id)
        vendor = Place(PlaceKind.REMOTE, name)
        keys += [FlowKey(party, gate, Leg.REQUEST, sources=frozenset({party}))]
        keys += [FlowKey(gate, core, Leg.REQUEST, sources=frozenset({party}), purpose=name)]
        for target in (table, topic, nameless, vendor):
            keys.append(FlowKey(core, target, Leg.REQUEST, target is not vendor, sources=frozenset({party})))
        facts.meanings[party] = Meaning(
            party, contents=Labels(frozenset({("DE", "CN", "US")[number % 3]}), frozenset(), Known.DECLARED)
        )
        facts.meanings[vendor] = Meaning(vendor, vendor=name, country="US", region=name)
        facts.meanings[table] = Meaning(
            table, country="CN", role=name, title=Title(name, name[::-1]), source=Source("lineage.yaml")
        )
    facts.meanings[gate] = Meaning(gate, country="SG", region=NAMES[0])
    facts.meanings[core] = Meaning(core, country="CN")
    model = Place(PlaceKind.MODEL, NAMES[8], host=NAMES[0])
    keys.append(FlowKey(core, model, Leg.REQUEST, sources=frozenset({Place(PlaceKind.PARTY, NAMES[0])})))
    # What a file holds is text: half a character cannot be written there.
    written = [name for name in NAMES if "\ud800" not in name]
    facts.organisation = Organisation(name=written[0])
    facts.vendors = {
        name: Vendor(
            id=name, legal_entity=name, country="US", owners=(Owner(name=name),), dpa=name, service=name
        )
        for name in written
    }
    facts.authorisations = tuple(
        Authorisation(
            id=name, type="direct", vendor=name, parent=written[number - 1], models=("*", name), document=name
        )
        for number, name in enumerate(written)
    )
    for key in keys:
        flows.add(Flows.of([key]))
    return FlowGraph(flows, facts)
