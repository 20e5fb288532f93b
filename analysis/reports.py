"""A report: one place where a sentence says that somebody says something."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from analysis.nlp import Sentence
from analysis.phrases import Span, trimmed
from analysis.records import SourceType

Form = Literal["clause", "aside", "object", "according-to", "noun", "answer"]
_TURN_REACH = 25


@dataclass(frozen=True, slots=True)
class Report:
    """One place where somebody is said to say something; offsets in the paragraph.

    Attributes:
        source: the words that name who says it; None for a noun cue without a holder.
        cue: the reporting verb, preposition or noun.
        content: what is said, as far as this sentence tells; None where the cue does not show it.
        scope: the stretches that are the source's word for a reader in doubt about the content.
        form: "clause" where the content follows the cue, "aside" where it stands before or
            around it, "object" where it is the verb's object ("accuses X of ...").
        stance: the verb is one of belief or intention rather than of saying.
        sure: the wording shows that something is said, whatever noun names who says it.
        evidence: the verb is one that things can be the subject of ("shows").
        relative: offset of the relative pronoun that is the subject; `source` is what it stands
            for, or the pronoun itself where the parse does not tell.
        unsaid: it is said that somebody does not say it.
        open: nor does that say whether it is so: "declined to say whether", not "forgot to say".
        finding: where no verb of saying reports, the kind that the source must be of:
            what researchers did is what they found, what a company's paper provides is its word.
    """

    source: Span | None
    cue: Span
    content: Span | None
    scope: tuple[Span, ...]
    form: Form
    stance: bool = False
    sure: bool = False
    evidence: bool = False
    relative: int | None = None
    unsaid: bool = False
    open: bool = False
    finding: SourceType | None = None


def cut_short(sentence: Sentence, reports: list[Report], turn: re.Pattern[str]) -> list[Report]:
    """Ends what one source says where the next clause has a source of its own."""
    kept = []
    for report in reports:
        content = report.content
        if content is not None and report.form in ("clause", "object"):
            for other in reports:
                start = other.cue[0]
                if other.source is not None and other.source[0] > content[0]:
                    start = min(start, other.source[0])
                if other is report or not content[0] < start < content[1]:
                    continue
                text = sentence.text[content[0] - sentence.start : start - sentence.start]
                cuts = [hit for hit in turn.finditer(text) if len(text) - hit.end() < _TURN_REACH]
                aside = re.search(r",\s*(?:(?:tout )?en )?$", text)
                if aside is not None:
                    cuts.append(aside)
                if cuts and (aside is None or _participle(sentence, other)):
                    cut = trimmed(sentence, content[0], content[0] + cuts[-1].start())
                    content = cut or content
                    break
        kept.append(report if content == report.content else _with_content(report, content))
    return kept


def _participle(sentence: Sentence, report: Report) -> bool:
    """Whether a report hangs on by a participle: "..., adding that"."""
    cue = sentence.text[report.cue[0] - sentence.start : report.cue[1] - sentence.start]
    return cue.endswith(("ing", "ant"))


def _with_content(report: Report, content: Span | None) -> Report:
    scope = report.scope if content is None else (content,)
    return replace(report, content=content, scope=scope)
