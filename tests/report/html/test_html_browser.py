"""The page as a reader has it: in Chromium, offline, by keyboard, by screen reader, on paper."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from diagram import hostile

from lineage.flows import Doubt, Exemplar, FlowCount, FlowKey, Flows, Leg
from lineage.graph import FlowGraph
from lineage.labels import Known, Labels
from lineage.meaning import Meaning, Source
from lineage.places import Place, PlaceKind
from lineage.report.html import to_html
from lineage.testing import Facts, sketch
from report.html import small

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

AXE = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
"""WCAG 2.2, levels A and AA."""
WIDTHS = {"a desk": 1400, "a telephone": 400}


def large(places: int) -> FlowGraph:
    """So many places, seven flows for each two of them, every flow with the data of several customers."""
    flows, facts = Flows(), Facts()
    quarter = places // 4
    parties = [Place(PlaceKind.PARTY, f"customer-{n}") for n in range(quarter)]
    services = [
        Place(PlaceKind.SERVICE, f"service-{n}", region="cn-hangzhou", provider="alibaba_cloud")
        for n in range(quarter)
    ]
    stores = [
        Place(PlaceKind.STORE, system="postgresql", host=f"pg-{n}.example", namespace="app")
        for n in range(2 * quarter)
    ]
    for number, party in enumerate(parties):
        origins = frozenset({("DE", "US", "FR")[number % 3]})
        labels = Labels(origins, frozenset({"personal"}), Known.DECLARED)
        facts.meanings[party] = Meaning(
            party, market="DE", contents=labels, source=Source("lineage.yaml", number + 1)
        )
    for place in (*services, *stores):
        facts.meanings[place] = Meaning(
            place, country="CN", country_known=Known.DECLARED, operator="us", role="database"
        )
    for number in range(places * 7 // 2):
        source, target = services[number % quarter], stores[number * 7 % len(stores)]
        count = FlowCount(
            number + 1,
            10**18 + number,
            10**18 + 10**12 + number,
            (Exemplar(f"{number % 500:032x}", f"{number:016x}"),),
        )
        sent = frozenset(parties[(number + step) % quarter] for step in range(8))
        category = frozenset({("prompt", "output", "file", "log")[number % 4]})
        flows.put(
            FlowKey(
                source,
                target,
                Leg.REQUEST,
                True,
                category,
                retention=f"{number % 9}d",
                sources=sent,
                doubts=Doubt(0),
            ),
            count,
        )
    return FlowGraph(flows, facts)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages that are looked at: a small run, one with hostile names, and one of 200 places."""
    made = tmp_path_factory.mktemp("report")
    graphs = {"small": sketch(*small.LINES), "hostile": hostile.graph(), "large": large(200)}
    for name, graph in graphs.items():
        report = small.judged(graph, "order16", "baseline")
        (made / f"{name}.html").write_bytes(to_html(graph, report).html)
    return made


class Watched:
    """A page, with whatever it asked of the network and complained of."""

    def __init__(self, page: Page, path: Path) -> None:
        self.page = page
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("dialog", lambda dialog: self.complaints.append("dialog"))
        self.url = path.as_uri()
        page.goto(self.url)


@pytest.fixture
def opened(chromium: Browser, folder: Path, request: pytest.FixtureRequest) -> Iterator[Watched]:
    """A page of `folder`, by (name, width)."""
    name, width = getattr(request, "param", ("small", 1400))
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, offline=True, reduced_motion="reduce"
    )
    yield Watched(context.new_page(), folder / f"{name}.html")
    context.close()


def page_of(name: str, width: int = 1400) -> pytest.MarkDecorator:
    """Open this page, so wide."""
    return pytest.mark.parametrize("opened", [(name, width)], indirect=True, ids=[name])


def violations(page: Page) -> list[tuple[str, str]]:
    """What axe finds wrong: rule and element."""
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
    )
    options = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": AXE}}
    found: dict[str, Any] = axe.Axe().run(page, options=options).response
    return [(each["id"], node["html"]) for each in found["violations"] for node in each["nodes"]]


# --- nothing in, nothing out ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "opened",
    [("small", 1400), ("hostile", 1400), ("large", 1400)],
    indirect=True,
    ids=["small", "hostile", "large"],
)
def test_it_asks_for_nothing_but_itself_and_complains_of_nothing(opened: Watched) -> None:
    page = opened.page
    page.click("#language")
    page.select_option("#filter-origin", index=1)
    page.evaluate(
        "document.querySelectorAll('.drawn [data-mark]').forEach(mark => mark.dispatchEvent(new MouseEvent('click', {bubbles: true})))"
    )
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")

    assert opened.requests == [opened.url]
    assert opened.complaints == []


def test_markup_from_text_is_refused_by_the_page_itself(opened: Watched) -> None:
    refused = opened.page.evaluate(
        "(() => { try { document.body.innerHTML = '<b>x</b>'; return ''; } catch (error) { return error.name; } })()"
    )
    assert refused == "TypeError"


@page_of("hostile")
def test_hostile_names_are_read_as_text(opened: Watched) -> None:
    text = opened.page.inner_text("#placed")
    assert "<script>alert(1)</script>" in text
    assert "right\\u202eto" in text
    assert opened.page.evaluate("document.querySelectorAll('script').length") == 2
    assert (
        opened.page.evaluate("document.querySelectorAll('#placed b, #placed script, #placed font').length")
        == 0
    )


# --- for everybody --------------------------------------------------------------------------------------


@pytest.mark.parametrize("opened", [("small", width) for width in WIDTHS.values()], indirect=True, ids=WIDTHS)
def test_axe_finds_nothing_wrong(opened: Watched) -> None:
    page = opened.page
    found = {"opened": violations(page)}
    page.evaluate("document.querySelector('#moved a').click()")
    found["a flow"] = violations(page)
    page.keyboard.press("Escape")
    page.click("#language")
    page.fill("#filter-find", "acme")
    found["filtered, in Chinese"] = violations(page)
    assert found == {"opened": [], "a flow": [], "filtered, in Chinese": []}


@pytest.mark.slow
@pytest.mark.parametrize(
    "opened", [("hostile", 400), ("large", 1400)], indirect=True, ids=["hostile names", "200 places"]
)
def test_axe_finds_nothing_wrong_in_much(opened: Watched) -> None:
    assert violations(opened.page) == []


def test_by_keyboard_a_line_of_the_map_opens_its_flows_and_gives_the_focus_back(opened: Watched) -> None:
    page = opened.page
    page.focus(".drawn[lang=en] [data-mark^=F][tabindex]")
    page.keyboard.press("Enter")

    assert re.fullmatch(r"F1 on the map: \d+ flows between .+ and .+", page.inner_text("#detail-title"))
    assert page.evaluate("document.activeElement.id") == "detail-title"
    page.keyboard.press("Escape")
    assert not page.is_visible("#detail")
    assert page.evaluate("document.activeElement.dataset.mark") == "F1"


def test_every_line_and_box_of_the_map_is_one_stop_of_the_keyboard(opened: Watched) -> None:
    counted = opened.page.evaluate(
        "[...document.querySelectorAll('.drawn[lang=en][data-view=view1] [data-mark]')].reduce((all, mark) => {"
        " all[mark.dataset.mark] = (all[mark.dataset.mark] ?? 0) + (mark.tabIndex === 0 ? 1 : 0); return all; }, {})"
    )
    assert len(counted) > 8
    assert set(counted.values()) == {1}


# --- reading --------------------------------------------------------------------------------------------


def test_both_languages_are_in_the_file(opened: Watched) -> None:
    page = opened.page
    english = page.inner_text("#outcome"), page.evaluate("document.documentElement.lang")
    page.click("#language")
    chinese = page.inner_text("#outcome"), page.evaluate("document.documentElement.lang")

    assert (english[0].partition(":")[0].strip("✗\n "), english[1]) == ("VIOLATED", "en")
    assert (chinese[0].partition("：")[0].strip("✗\n "), chinese[1]) == ("违反", "zh-CN")
    assert page.title().startswith("数据流向报告 – 违反")
    assert page.is_visible(".drawn[lang=zh-CN]:not([hidden])")
    assert not page.is_visible(".drawn[lang=en]:not([hidden])")


def test_a_flow_shows_its_counts_times_traces_and_how_each_fact_is_known(opened: Watched) -> None:
    page = opened.page
    page.goto(f"{opened.url}#flow-2")
    text = page.inner_text("#facts-of")
    for said in ("Calls\n3", "First seen\n2023-11-14 22:13:20Z", "Certainty\nobserved", "surely; Germany; declared in the inventory",
                 "0" * 31 + "1"):  # fmt: skip
        assert said in text.replace("\n\n", "\n").replace("\t", "\n")


FILTERS = [
    ("origin", "CN", "hong"),
    ("market", "DE", "acme"),
    ("vendor", "acme-cloud", "core"),
    ("asked", "4", "store pool"),
]


@pytest.mark.parametrize(("name", "value", "seen"), FILTERS, ids=[f"by {name}" for name, *_ in FILTERS])
def test_a_filter_leaves_what_fits_and_says_that_it_is_on(
    opened: Watched, name: str, value: str, seen: str
) -> None:
    page = opened.page
    whole = len(page.query_selector_all("#moved tbody tr"))
    page.select_option(f"#filter-{name}", value)
    left = page.query_selector_all("#moved tbody tr")

    assert 0 < len(left) < whole
    assert seen in page.inner_text("#moved")
    assert page.inner_text("#filtered").startswith(
        f"FILTERED, not the whole report: {len(left)} of {whole} flows"
    )
    page.click("#filters button")
    assert not page.is_visible("#filtered")
    assert len(page.query_selector_all("#moved tbody tr")) == whole


def test_a_link_to_a_finding_that_is_filtered_away_shows_it(opened: Watched) -> None:
    page = opened.page
    page.fill("#filter-find", "hong")
    hidden = page.evaluate("D.findings.find(each => !document.getElementById(each.id)).id")
    page.goto(f"{opened.url}#{hidden}")
    assert page.is_visible(f"#{hidden}")
    assert page.evaluate(f"document.getElementById('{hidden}').open")


@page_of("large")
def test_a_long_table_is_drawn_as_far_as_somebody_wants_it(opened: Watched) -> None:
    page = opened.page
    rows = len(page.query_selector_all("#moved tbody tr"))
    page.click("#moved > button.more")
    assert (rows, len(page.query_selector_all("#moved tbody tr"))) == (100, 200)


def test_two_hundred_places_are_less_than_a_megabyte(folder: Path) -> None:
    page = (folder / "large.html").read_bytes()
    assert len(small.data_of(page)["places"]) == 200
    assert len(small.data_of(page)["flows"]["rows"]) == 700
    assert len(page) < 1_000_000


# --- paper ----------------------------------------------------------------------------------------------


def test_on_paper_it_is_a_tagged_document_with_everything_opened(opened: Watched) -> None:
    page = opened.page
    closed = page.evaluate("document.querySelectorAll('details:not([open])').length")
    pdf = page.pdf(prefer_css_page_size=True, tagged=True, outline=True)
    text = pdf + b"".join(_inflated(pdf))

    assert closed > 0
    assert page.evaluate("document.querySelectorAll('details:not([open])').length") == closed
    assert b"/StructTreeRoot" in text
    assert b"/Lang (en)" in text
    assert b"/H1" in text
    assert b"/H2" in text
    assert sizes(text) == {(595, 842), (842, 595)}


def _inflated(pdf: bytes) -> Iterator[bytes]:
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            yield zlib.decompress(stream)
        except zlib.error:
            continue


def sizes(pdf: bytes) -> set[tuple[int, int]]:
    """The sizes of the pages in points: A4, upright and across."""
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    return {(round(float(width)), round(float(height))) for width, height in boxes}
