"""The codebook's own examples, and what a damaged codebook says."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.codebook import FILES, LANGUAGES, load_codebook
from analysis.config import Settings
from analysis.errors import ConfigurationError
from analysis.mentions import MentionFinder
from analysis.practices import PracticeFinder
from analysis.text import straight

FOLDER = Settings().codebook
CODEBOOK = load_codebook(FOLDER)
EXPRESSIONS = [
    (lang, practice, expression)
    for lang in LANGUAGES
    for practice, expressions in CODEBOOK.expressions[lang].items()
    for expression in expressions
]
LISTS = [
    (f"{name}.{lang}.{key}", terms)
    for name, lists in (("cues", CODEBOOK.cues), ("relevance", CODEBOOK.relevance))
    for lang, by_name in lists.items()
    for key, terms in by_name.items()
]


@pytest.mark.parametrize(
    ("lang", "practice", "expression"),
    EXPRESSIONS,
    ids=[f"{lang}-{practice}-{e.id}" for lang, practice, e in EXPRESSIONS],
)
def test_every_expression_finds_its_examples_and_no_counter_example(lang, practice, expression):
    alone = replace(CODEBOOK, expressions={**CODEBOOK.expressions, lang: {practice: (expression,)}})
    finder = PracticeFinder(alone, lang)
    assert [s for s in expression.hits if not finder.find(straight(s))] == []
    assert [s for s in expression.misses if finder.find(straight(s))] == []


@pytest.mark.parametrize(("name", "terms"), LISTS, ids=[name for name, _ in LISTS])
def test_every_list_finds_its_examples_and_no_counter_example(name, terms):
    assert [text for text in terms.examples if not terms.pattern.search(text)] == []
    assert [text for text in terms.counter_examples if terms.pattern.search(text)] == []


@pytest.mark.parametrize("key", CODEBOOK.vendors)
def test_every_vendor_is_found_in_its_examples_and_not_in_the_others(key):
    finders = [MentionFinder(CODEBOOK, lang) for lang in LANGUAGES]

    def found(text: str) -> bool:
        return any(m.vendor == key for finder in finders for m in finder.find(0, text, text))

    vendor = CODEBOOK.vendors[key]
    assert vendor.examples
    assert vendor.counter_examples
    assert [text for text in vendor.examples if not found(text)] == []
    assert [text for text in vendor.counter_examples if found(text)] == []


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
    for name in FILES:
        shutil.copy(FOLDER / name, tmp_path / name)
    return tmp_path


def test_the_version_follows_the_content(folder):
    before = load_codebook(folder).version
    path = folder / "practices.yml"
    path.write_text(path.read_text(encoding="utf-8") + "\n# one more line\n", encoding="utf-8")
    assert before == CODEBOOK.version
    assert load_codebook(folder).version != before


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("vendors.yml", "label: Amazon", "lable: Amazon", "vendors.amazon.label"),
        ("vendors.yml", '"Lab126"', '"Lab(126"', "not a regular expression"),
        ("practices.yml", "practices:", "practices: [", "cannot be read as YAML"),
        ("expressions.yml", "    human_review:", "    human_revue:", "unknown practice"),
        ("cues.yml", "en:", "de:", "each of fr, en"),
        ("relevance.yml", "fr:", "de:", "each of fr, en"),
    ],
)
def test_a_damaged_file_is_named_with_the_place(folder, name, old, new, said):
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_codebook(folder)
    assert name in str(caught.value)
    assert said in str(caught.value)


def test_a_missing_file_is_named(folder):
    (folder / "cues.yml").unlink()
    with pytest.raises(ConfigurationError, match=r"cues\.yml: no such file"):
        load_codebook(folder)


def test_an_expression_with_an_unknown_concept_is_named(folder):
    path = folder / "expressions.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("<staff>", "<personnel>"), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="unknown concept <personnel>"):
        PracticeFinder(load_codebook(folder), "fr")
