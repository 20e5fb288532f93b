"""Which strings an expression needs, and that no match is ever passed over for want of one."""

from __future__ import annotations

import json
import re

import pytest

from analysis.codebook import BUNDLED, Alternation, load_codebook
from analysis.literals import Sieve, needed


@pytest.mark.parametrize(
    ("expression", "strings"),
    [
        ("record(ing)?s", {"record"}),
        (r"(\d+|hundreds of) (clips?|recordings?)", {"clip", "recording"}),
        ("(keep|store)s? (a|the) copy", {" copy"}),
        (r"(?<!\w)(?:Echo|Ring)(?!\w)", {"Echo", "Ring"}),
        ("(?:listen){2,3}", {"listen"}),
        ("a+b", {"a", "b"}),
        (r"(keep|\w+)", None),
        ("(?:kept)?", None),
        (r"\w+|.*", None),
        ("", None),
    ],
)
def test_strings_that_every_match_holds(expression: str, strings: set[str] | None) -> None:
    found = needed(re.compile(expression))
    assert (found is None) if strings is None else (found is not None and found <= strings)


def test_expressions_that_may_match_are_told_whatever_the_case() -> None:
    sieve = Sieve(
        [re.compile(e, re.IGNORECASE) for e in ("Écoute[sr]?", "micro(s|phone)?", r"\d+")]
    )
    assert sieve.possible("Elle ÉCOUTE tout.") == [0, 2]
    assert sieve.possible("Le Microphone est coupé.") == [1, 2]
    assert sieve.possible("Rien.") == [2]


@pytest.mark.parametrize("flags", [0, re.IGNORECASE])
def test_an_alternation_matches_as_without_its_sieve(flags: int) -> None:
    tried = Alternation(("Echo Dots?", "Nest", "the (?:firm|company)"), flags)
    for text in ("two Echo Dots", "a nest", "The company", "the firm", "Nestor", ""):
        found = [hit.group() for hit in tried.finditer(text)]
        terms = r"(?<!\w)(?:the (?:firm|company)|Echo Dots?|Nest)(?!\w)"
        assert found == [hit.group() for hit in re.finditer(terms, text, flags)]


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_no_expression_of_the_codebook_is_passed_over_where_it_matches(lang: str) -> None:
    codebook = load_codebook(BUNDLED)
    patterns = [terms.pattern for terms in codebook.cues[lang].values()]
    patterns += [terms.pattern for terms in codebook.relevance[lang].values()]
    sieve = Sieve(patterns)
    matched = passed = 0
    for line in (BUNDLED / "training" / "coder-a.jsonl").read_text(encoding="utf-8").splitlines():
        for sentence in json.loads(line)["sentences"]:
            matching = {n for n, pattern in enumerate(patterns) if pattern.search(sentence)}
            possible = set(sieve.possible(sentence))
            assert matching <= possible, sentence
            matched += len(matching)
            passed += len(patterns) - len(possible)
    assert matched > 1000
    assert passed > matched
