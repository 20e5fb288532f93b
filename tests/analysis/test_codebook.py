"""The codebook's own examples, and what a damaged codebook says."""

from __future__ import annotations

import re
import shutil
import textwrap
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.codebook import FILES, LANGUAGES, Alternation, Word, alternation, load_codebook
from analysis.config import ROOT, Settings
from analysis.errors import ConfigurationError
from analysis.inspection import examples

FOLDER = Settings().codebook
CODEBOOK = load_codebook(FOLDER)
EXPRESSIONS = [
    (lang, practice, expression)
    for lang in LANGUAGES
    for practice, expressions in CODEBOOK.expressions[lang].items()
    for expression in expressions
]


def test_every_example_is_found_and_no_counter_example():
    tried = list(examples(CODEBOOK))
    assert [example for example in tried if not example.right] == []
    for wanted in (True, False):
        vendors = {e.place[1] for e in tried if e.file == "vendors.yml" and e.wanted == wanted}
        assert vendors == set(CODEBOOK.vendors)
    expressions = {e.place[:4] for e in tried if e.file == "expressions.yml"}
    assert len(expressions) == len(EXPRESSIONS)


def test_expression_identifiers_are_unique():
    names = [(lang, practice, e.id) for lang, practice, e in EXPRESSIONS]
    assert len(names) == len(set(names))


def test_the_codebook_holds_all_21_practices_with_words_in_both_languages():
    assert len(CODEBOOK.practices) == 21
    for practice in CODEBOOK.practices.values():
        assert set(practice.label) == set(practice.definition) == set(LANGUAGES)
    for lang in LANGUAGES:
        assert set(CODEBOOK.expressions[lang]) == set(CODEBOOK.practices)


def test_labels_of_vendors_that_the_codebook_lacks():
    assert CODEBOOK.vendor_label("amazon") == "Amazon"
    assert CODEBOOK.vendor_label("other:crédit alpin") == "Crédit Alpin"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the whole bundled codebook."""
    for name in FILES:
        shutil.copy(FOLDER / name, tmp_path / name)
    return tmp_path


def written(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).write_text(textwrap.dedent(text), encoding="utf-8")
    return folder


def complaint(folder: Path) -> str:
    with pytest.raises(ConfigurationError) as caught:
        load_codebook(folder)
    return str(caught.value)


def test_a_copy_of_the_codebook_is_the_codebook(folder):
    assert load_codebook(folder) == CODEBOOK


def test_the_version_follows_the_content(folder):
    path = folder / "practices.yml"
    path.write_text(path.read_text(encoding="utf-8") + "\n# one more line\n", encoding="utf-8")
    assert load_codebook(folder).version != CODEBOOK.version


@pytest.mark.parametrize(
    ("name", "old", "new", "place", "said"),
    [
        ("vendors.yml", "label: Amazon", "lable: Amazon", "vendors.amazon.lable", "accepted: "),
        ("vendors.yml", "label: Amazon", "label: 7", "vendors.amazon.label", "must be text"),
        ("vendors.yml", "label: Amazon", "", "vendors.amazon.label", "is missing"),
        ("vendors.yml", "  amazon:", "  Amazon:", "vendors.Amazon", "lower case"),
        ("vendors.yml", '["Snips"]', "Snips", "vendors.other:snips.names", "must be a list"),
        ("vendors.yml", 'needs: "Google"', 'needz: "Google"', "vendors.google.products", "word, n"),
        ("vendors.yml", '"Lab126"', '"Lab(126"', "vendors.amazon.names", "not a regular expr"),
        ("vendors.yml", '"Lab126"', '"L*"', "vendors.amazon.names", "matches everywhere"),
        ("vendors.yml", "?P<name>", "?:", "introductions.fr", "(?P<name>...)"),
        ("vendors.yml", "anaphora:", "anaphors:", "anaphors", "accepted: vendors, introductions"),
        ("practices.yml", "{fr: Collecte, en: Collection}", "{fr: Collecte}",
         "practices.collection.label.en", "is missing"),
        ("practices.yml", "  user: {", "  reader: {", "source_types.reader", "accepted: article"),
        ("expressions.yml", "    human_review:", "    human_revue:",
         "fr.practices.human_revue", "practices.yml does not define"),
        ("expressions.yml", "<staff>", "<personnel>", "fr.practices.human_review.match",
         "unknown concept <personnel>; accepted: "),
        ("expressions.yml", "      - employés?", "      - <staff>", "fr.concepts.staff",
         "unknown concept <staff>"),
        ("expressions.yml", "\n        polarity: denied", "\n        polarity: no", "fr.practices",
         "must be 'affirmed' or 'denied'"),
        ("cues.yml", "\nen:", "\nde:", "de", "accepted: fr, en"),
        ("cues.yml", "  accusation:", "  acusation:", "fr.acusation", "reads no such list"),
        ("relevance.yml", "fr:", "de:", "de", "accepted: fr, en"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_file_line_place_and_remedy(folder, name, old, new, place, said):
    path = folder / name
    text = path.read_text(encoding="utf-8")
    before, found, after = text.partition(old)
    assert found
    path.write_text(before + new + after, encoding="utf-8")
    words = complaint(folder)
    start = f"{path}, line "
    assert words.startswith(start)
    line = int(words.removeprefix(start).split(":")[0])
    changed = before.count("\n") + 1 + new.startswith("\n")
    if said != "is missing":
        assert line == changed
    assert f": {place}" in words
    assert said in words


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("vendors: ]", 1, "cannot be read as YAML"),
        ("vendors:\n  a: 1\n b: 2\n", 3, "cannot be read as YAML"),
        ("vendors: &x\n  a: *y\n", 2, "undefined alias"),
        ("extends: default\nvendors:\n  lg: {label: LG}\n  lg: {}\n", 4, "'lg' stands twice"),
        ("extends: other\nvendors: {}\n", 1, "extends: must be 'default'"),
        ("- amazon\n", 1, "must be a mapping"),
        ("extends: default\nvendor: {}\n", 2, "vendor: is unknown here; accepted: vendors"),
        ("extends: default\nvendors:\n  lg:\n    label: LG\n", 3, "vendors.lg.names: is missing"),
        ("extends: default\nvendors:\n  amazon:\n    names: [Zon, 7]\n", 4, "must be text"),
        ("extends: default\nvendors:\n  amazon:\n    names:\n    - Zon\n    - '(Z'\n", 6, "'(Z'"),
        ("extends: default\nvendors:\n  lg: {label: LG, names: [LG]}\nanaphora:\n  de: {}\n",
         5, "anaphora.de: is unknown here; accepted: fr, en"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_file_is_named_with_its_line(tmp_path, text, line, said):
    words = complaint(written(tmp_path, {"vendors.yml": text}))
    assert words.startswith(f"{tmp_path / 'vendors.yml'}, line {line}: ")
    assert said in words


def test_a_mistake_among_added_expressions_has_its_own_line(tmp_path):
    text = """\
        extends: default
        fr:
          practices:
            retention:
              - id: stored
                match: [gard(e]
                hits: [Elle garde tout.]
    """
    words = complaint(written(tmp_path, {"expressions.yml": text}))
    assert "line 6: fr.practices.retention.match: 'gard(e' is not a regular expr" in words


def test_an_identifier_that_stands_twice_is_named(tmp_path):
    entry = "      - {id: mine, match: [gobbles], hits: [It gobbles.]}\n"
    text = f"extends: default\nen:\n  practices:\n    retention:\n{entry}{entry}"
    words = complaint(written(tmp_path, {"expressions.yml": text}))
    assert "line 6: en.practices.retention.id: the id 'mine' stands twice" in words


def test_a_list_of_cues_that_the_program_needs_is_named_when_missing(folder):
    path = folder / "cues.yml"
    text = path.read_text(encoding="utf-8")
    start, end = text.index("  contrast:"), text.index("  clause:")
    path.write_text(text[:start] + text[end:], encoding="utf-8")
    assert "fr.contrast: the program needs this list; copy it" in complaint(folder)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (
            "vendor.yml",
            b"vendors: {}",
            "not a file of a codebook; rename it, accepted: v",
        ),
        ("cues.yaml", b"fr: {}", "not a file of a codebook"),
        ("cues.yml", b"fr:\n  \xe9", "line 2: not UTF-8"),
        (".cues.yml", b"", "holds no file"),
        ("notes.txt", b"", "holds no file; accepted: vendors.yml"),
    ],
)
def test_a_folder_that_is_no_codebook_says_so(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    assert said in complaint(tmp_path)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    assert complaint(tmp_path / "none").startswith(f"codebook {tmp_path / 'none'}: No such file")


def test_a_missing_file_is_the_bundled_one(folder):
    (folder / "cues.yml").unlink()
    assert load_codebook(folder) == CODEBOOK


def test_an_extension_adds_to_the_bundled_file_and_changes_single_values(tmp_path):
    written(
        tmp_path,
        {
            "vendors.yml": """\
                extends: default
                vendors:
                  naver: {label: Naver, names: [Naver], products: [Clova]}
                  amazon:
                    label: Amazon.com
                    products: [{word: Astro, needs: Amazon}]
                anaphora:
                  fr:
                    one: [le portail]
                """,
            "cues.yml": """\
                extends: default
                en:
                  hedge: {terms: [rumou?r has it], examples: [Rumour has it.]}
                  refusal:
                """,
        },
    )
    extended = load_codebook(tmp_path)
    assert list(extended.vendors) == [*CODEBOOK.vendors, "naver"]
    amazon = extended.vendors["amazon"]
    assert amazon.label == "Amazon.com"
    assert amazon.names == CODEBOOK.vendors["amazon"].names
    assert amazon.products[:-1] == CODEBOOK.vendors["amazon"].products
    assert amazon.products[-1] == Word(word="Astro", needs="Amazon")
    assert extended.anaphora["fr"].one == (*CODEBOOK.anaphora["fr"].one, "le portail")
    hedge = extended.cues["en"]["hedge"]
    assert hedge.terms == (*CODEBOOK.cues["en"]["hedge"].terms, "rumou?r has it")
    assert extended.cues["en"]["refusal"] == CODEBOOK.cues["en"]["refusal"]
    assert extended.practices == CODEBOOK.practices
    assert extended.version != CODEBOOK.version


def test_an_added_expression_takes_the_place_of_the_one_with_its_identifier(tmp_path):
    old = CODEBOOK.expressions["en"]["retention"]
    text = f"""\
        extends: default
        en:
          practices:
            retention:
              - {{id: {old[0].id}, match: [gobbles], hits: [It gobbles.]}}
    """
    new = load_codebook(written(tmp_path, {"expressions.yml": text})).expressions["en"]["retention"]
    assert new[:-1] == old[1:]
    assert (new[-1].id, new[-1].match) == (old[0].id, ("gobbles",))


def test_a_practice_that_a_folder_drops_takes_its_bundled_expressions_along(folder):
    text = (FOLDER / "practices.yml").read_text(encoding="utf-8")
    start, end = text.index("  outsourcing:"), text.index("  anonymisation:")
    (folder / "practices.yml").write_text(text[:start] + text[end:], encoding="utf-8")
    (folder / "expressions.yml").unlink()
    codebook = load_codebook(folder)
    assert "outsourcing" not in codebook.practices
    for lang in LANGUAGES:
        assert set(codebook.expressions[lang]) == set(CODEBOOK.practices) - {"outsourcing"}


def test_the_examples_of_the_guide_are_valid(tmp_path):
    guide = (ROOT / "docs" / "codebook.md").read_text(encoding="utf-8")
    files = re.findall(r"^`(\w+\.yml)`\n\n((?:    .*\n)+)", guide, re.MULTILINE)
    files += re.findall(r"terms to (them):\n\n((?:    .*\n)+)", guide)
    assert len(files) == 4
    written(tmp_path, {name.replace("them", "cues.yml"): text for name, text in files})
    codebook = load_codebook(tmp_path)
    assert {"naver", "amazon"} < set(codebook.vendors)
    assert codebook.vendors["amazon"].products[-1] == "Astro"
    assert [example for example in examples(codebook) if not example.right] == []


VALID = {
    "vendors.yml": """\
        vendors:
          lg: {label: LG, names: [LG, {word: L G, needs: LG}], makers: {fr: [le coréen]}}
          amazon: {examples: [Amazon is it.]}
        introductions: {en: ["made in (?P<name>[A-Z]+)"]}
        anaphora: {en: {one: [the maker]}}
        """,
    "practices.yml": """\
        practices:
          abroad: {label: {fr: a, en: b}, definition: {fr: c, en: d}, dpv: [e]}
        source_types: {user: {en: Customers}}
        """,
    "expressions.yml": """\
        en:
          concepts: {away: [abroad]}
          practices:
            retention: [{id: mine, match: [kept <away>], hits: [It is kept abroad.]}]
        """,
    "cues.yml": "en: {hedge: {terms: [so they say], examples: [so they say]}}\n",
    "relevance.yml": "fr: {voice: {terms: ['murmures?'], counter_examples: [mur]}}\n",
}
SCALARS = (
    st.none() | st.booleans() | st.integers(0, 9) | st.sampled_from(["(", "<x>", "fr", "id", "x"])
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(SCALARS, inner, max_size=2),
    max_leaves=4,
)


@st.composite
def damaged(draw: st.DrawFn, value: Any) -> Any:
    """The value with anything in the place of one of its parts, or beside them."""
    inner = list(value) if isinstance(value, dict) else range(len(value or ()))
    if not isinstance(value, dict | list) or not inner or draw(st.integers(0, 5)) == 0:
        return draw(ANYTHING)
    if isinstance(value, dict) and draw(st.integers(0, 5)) == 0:
        return {**value, draw(SCALARS): draw(ANYTHING)}
    chosen = draw(st.sampled_from(inner))
    changed = draw(damaged(value[chosen]))
    if isinstance(value, dict):
        return {**value, chosen: changed}
    return [changed if number == chosen else part for number, part in enumerate(value)]


@settings(max_examples=40, deadline=None, suppress_health_check=[*HealthCheck])
@given(data=st.data(), name=st.sampled_from(FILES), extends=st.booleans())
def test_a_damaged_file_is_a_codebook_or_its_mistake_is_named(
    tmp_path_factory, data, name, extends
):
    folder = tmp_path_factory.mktemp("any")
    content = data.draw(damaged(yaml.safe_load(textwrap.dedent(VALID[name]))))
    if extends and isinstance(content, dict):
        content = {"extends": "default", **content}
    (folder / name).write_text(yaml.safe_dump(content), encoding="utf-8")
    with suppress(ConfigurationError):
        load_codebook(folder)
        return
    assert complaint(folder).startswith(f"{folder / name}, line ")


@settings(max_examples=30, deadline=None, suppress_health_check=[*HealthCheck])
@given(name=st.sampled_from(FILES), content=st.binary(max_size=40) | st.text(max_size=40))
def test_whatever_bytes_a_file_has_they_are_yaml_or_the_mistake_is_named(
    tmp_path_factory, name, content
):
    folder = tmp_path_factory.mktemp("any")
    source = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    (folder / name).write_bytes(source)
    assert complaint(folder).startswith(f"{folder / name}")


@pytest.mark.parametrize(
    "terms",
    [("Amazone?(?!-)", "Lab126"), ("Echo(?:s| Dot)?",), ("R(?=a)|(?<=c )Ring",), ("(?:le )?g",)],
)
@given(text=st.text("AEmazonchoDtLb126 Ringcleg-"))
def test_an_alternation_that_looks_ahead_finds_what_the_expression_finds(terms, text):
    spans = [hit.span() for hit in Alternation(terms).finditer(text)]
    assert spans == [hit.span() for hit in alternation(terms).finditer(text)]
