"""Interviews: whose answers the paragraphs are that follow an interviewer's questions.

Such answers often stand without quotation marks and reporting words: the layout tells who
speaks, the paragraphs before the first question who that is. A list of readers' questions that
the newsroom answers has the same layout; there, nobody says "I", and nobody is introduced.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from analysis.codebook import Codebook
from analysis.phrases import Span
from analysis.records import SourceType
from analysis.sources import NAMES, SourceClassifier
from analysis.text import straight

_QUESTIONS = 3
_LONGEST_QUESTION = 220
_LONGEST_PROMPT = 120
_SPEAKING = 2
"""Answers in which somebody says "I", so that the newsroom's own are not taken for an interview."""
_LABEL = re.compile(
    r"\s*(?:([A-ZÀ-Þ][\w'-]+ [A-ZÀ-Þ][\w'-]+)\s?[.:]\s|((?:[A-ZÀ-Þ]\. ?){2,3})(?=[A-ZÀ-Þ(:]))"
)
_INNER = re.compile(r'"[^"]*"')


@dataclass(frozen=True, slots=True)
class Interview:
    """An interview in an article.

    Attributes:
        answers: the blocks that answer; block 0 is the title.
        block, name: where the article names who answers.
        kind: what sort of source that is; "other" where the article does not tell.
    """

    answers: frozenset[int]
    block: int
    name: Span
    kind: SourceType


def find_interview(
    blocks: Sequence[str], sources: SourceClassifier, codebook: Codebook, lang: str
) -> Interview | None:
    """The interview that an article is, or None.

    Args:
        blocks: its title and paragraphs.
        sources: the kinds of the article's sources.
    """
    texts = [straight(block) for block in blocks]
    questions = [n for n, text in enumerate(texts) if n > 0 and _asks(text)]
    if len(questions) < _QUESTIONS:
        return None
    answers = _answers(texts, questions)
    quoted = [n for n in answers if _is_quoted(texts[n])]
    if 2 * len(quoted) > len(answers):
        answers = quoted
    else:
        first_person = codebook.cues[lang]["first_person"].pattern
        says_i = [n for n in answers if first_person.search(_INNER.sub("", texts[n]))]
        if len(says_i) < _SPEAKING:
            return None
    found = _interviewee(texts, questions[0], answers, sources)
    return None if found is None else Interview(frozenset(answers), *found)


def _asks(text: str) -> bool:
    text = text.strip()
    return text.endswith("?") and len(text) <= _LONGEST_QUESTION and not _is_quoted(text)


def _is_quoted(text: str) -> bool:
    return text.lstrip().startswith('"')


def _answers(texts: Sequence[str], questions: Sequence[int]) -> list[int]:
    """The blocks between the questions, and the one after the last of them.

    What is short and stands where every other question does is a question without its mark.
    """
    parity = [n % 2 for n in questions]
    usual = max(set(parity), key=parity.count)
    asked = set(questions)
    if parity.count(usual) == len(parity):
        asked |= {
            n
            for n in range(questions[0], questions[-1])
            if n % 2 == usual and len(texts[n]) <= _LONGEST_PROMPT and not _is_quoted(texts[n])
        }
    return [n for n in range(questions[0], min(questions[-1] + 2, len(texts))) if n not in asked]


def _interviewee(
    texts: Sequence[str], first: int, answers: Sequence[int], sources: SourceClassifier
) -> tuple[int, Span, SourceType] | None:
    """Who answers: named by a label before an answer, else the last person introduced before.

    Nobody, where that is a journalist: newsrooms answer their readers' questions.
    """
    introduced = [
        (number, (hit.start() - 1, hit.end() - 1), sources.introduced(hit.group()))
        for number in range(first)
        for hit in NAMES.finditer(f" {texts[number]}")
    ]
    for number in answers:
        label = _LABEL.match(texts[number])
        if label is None:
            continue
        if label[1]:
            return number, label.span(1), sources.introduced(label[1])
        initials = re.sub(r"[^A-ZÀ-Þ]", "", label[2])
        same = [
            one
            for one in introduced
            if initials == "".join(w[0] for w in texts[one[0]][slice(*one[1])].split())
        ]
        if same:
            return same[0]
    named = [one for one in introduced if one[2] != "other"]
    if named:
        return None if named[-1][2] == "media" else named[-1]
    return introduced[0] if len(introduced) == 1 else None
