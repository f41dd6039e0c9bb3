"""What a person edits: views and notation, and what is said when they are wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from lineage.diagram.notation import Notation, Words, notation
from lineage.diagram.views import FACTS, Asked, Ends, Show, View, view, view_names
from lineage.errors import ConfigError
from lineage.names import CATEGORIES
from lineage.yamlfile import loads

HEAD = "view: lineage-view/1\nid: mine\ntitle: {en: Mine, zh: 我的}\n"


def test_every_shipped_view_loads() -> None:
    assert view_names() == (
        "authorisation-chain", "border", "domestic-hops", "finding", "logs", "sub-processors", "training-use",
        "what-is-kept", "where-inputs-go", "who-can-access", "whole-system",
    )  # fmt: skip
    assert list(view_names()) == [view(name).id for name in view_names()]


def test_a_view_of_the_users_own(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(
        HEAD + "border: {domestic: [CN, HK, MO]}\nshow: {origins: [overseas]}\nfold-above: 12\n", "utf-8"
    )

    mine = view(str(file))

    assert (
        mine.border.domestic, mine.show.origins, mine.show.data_of, mine.fold_above, mine.legend,
    ) == (("CN", "HK", "MO"), ("overseas",), "parties", 12, True)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "border: {domestic: [cn]}", "4:21: String should match pattern", id="a country in small letters"
        ),
        pytest.param("border: {domestic: []}", "at least 1", id="a border around nothing"),
        pytest.param(
            "border: {domestic: [CN]}\nshow: {data-off: parties}",
            "unknown key 'data-off'",
            id="a misspelt key",
        ),
        pytest.param(
            "border: {domestic: [CN]}\nshow: {data-of: party}", "5:17:", id="a word that is not a choice"
        ),
        pytest.param(
            "border: {domestic: [CN]}\nshow: {categories: [prompt, promt]}",
            "5:29: there is no category 'promt'. categories are prompt,",
            id="a category that does not exist",
        ),
        pytest.param("border: {domestic: [CN]}\nfold-above: 0", "5:13:", id="folding everything"),
        pytest.param("", "border", id="no border"),
    ],
)
def test_a_wrong_view_says_where_and_what(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(HEAD + text + "\n", "utf-8")

    with pytest.raises(ConfigError) as raised:
        view(str(file))

    assert message in str(raised.value)
    assert "mine.yaml:" in str(raised.value)


def test_every_category_and_role_has_words() -> None:
    assert sorted(CATEGORIES) == sorted(notation().categories)
    roles = (
        "database cache vector-index object-store log training-pool evaluation-pool backup queue workstation"
    )
    assert sorted(roles.split()) == sorted(notation().roles)


@pytest.mark.parametrize("name", sorted(Words.model_fields))
def test_both_languages_fill_in_the_same(name: str) -> None:
    phrase = getattr(notation().words, name)

    assert sorted(re.findall(r"{\w+}", phrase.en)) == sorted(re.findall(r"{\w+}", phrase.zh))


def test_a_missing_word_is_an_error_and_not_a_hole_in_the_picture() -> None:
    text = Path("diagrams/notation.yaml").read_text("utf-8").replace("  no-region:", "  no-regionn:")

    with pytest.raises(ConfigError, match="no-regionn"):
        loads(text, Notation, "notation.yaml")


def luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(
    "name", ["overseas", "domestic_text", "unknown", "none", "metadata", "violation", "border"]
)
def test_words_in_a_colour_can_be_read_on_white(name: str) -> None:
    """WCAG 2.2, 1.4.3: at least 4.5 to 1."""
    assert 1.05 / (luminance(getattr(notation().colours, name)) + 0.05) >= 4.5


def test_the_keys_of_a_view_are_written_with_hyphens() -> None:
    assert "fold-above" in {field.alias for field in View.model_fields.values()}


@pytest.mark.parametrize("model", [View, Show, Asked, Ends])
def test_the_manual_names_every_key_of_a_view(model: type[BaseModel]) -> None:
    manual = Path("diagrams/README.md").read_text("utf-8")

    assert [field.alias for field in model.model_fields.values() if str(field.alias) not in manual] == []


def test_the_manual_names_every_view_and_fact() -> None:
    manual = Path("diagrams/README.md").read_text("utf-8")

    assert [name for name in (*view_names(), *FACTS) if f"`{name}`" not in manual] == []


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        pytest.param("flows: []", "at least 1", id="no flows"),
        pytest.param("flows: [{}]", "this asks for nothing", id="an entry that asks for nothing"),
        pytest.param("flows: [{ends: {}}]", "this asks for nothing", id="ends that ask for nothing"),
        pytest.param("flows: [{ends: {roles: [logs]}}]", "5:32", id="a role that does not exist"),
        pytest.param("flows: [{categories: [promt]}]", "there is no category 'promt'", id="a category"),
        pytest.param("flows: [{purposes: [trainig]}]", "there is no purpose 'trainig'", id="a purpose"),
        pytest.param("flows: [{kept: false}]", "5:", id="not kept is not a question"),
        pytest.param("markets: [Germany]", "5:", id="a market that is no country code"),
    ],
)
def test_wrong_flows_say_where_and_what(tmp_path: Path, asked: str, message: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(f"{HEAD}border: {{domestic: [CN]}}\nshow: {{{asked}}}\n", "utf-8")

    with pytest.raises(ConfigError) as raised:
        view(str(file))

    assert message in str(raised.value)
