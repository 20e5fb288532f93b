"""Whose word it is: sources and how far their word reaches.

Reads reporting clauses off the dependency parse (verb with a subject, before, around
or after what is reported), "according to" phrases by their preposition, and carries
a speaker over the sentences of a running quotation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from spacy.tokens import Token

from analysis.codebook import Codebook
from analysis.mentions import Mention
from analysis.nlp import Sentence
from analysis.records import SourceType
from analysis.sources import SourceClassifier

_NOMINALS = ("NOUN", "PROPN", "PRON")
_CLAUSES = ("ROOT", "parataxis", "conj", "ccomp", "advcl", "acl:relcl", "relcl")
_SUBJECT = ("nsubj", "nsubj:pass", "nsubjpass", "expl:subj")
_MODIFIERS = {"relcl", "acl:relcl", "appos", "punct", "acl", "cc", "advcl", "parataxis", "ccomp"}
_ANTECEDENT_REACH = 22
_NEGATION_REACH = 22
_THAT = ("que", "qu'", "that")
_THAT_REACH = 7


@dataclass(frozen=True, slots=True)
class Attribution:
    """One reporting clause; offsets in the paragraph.

    Attributes:
        kind: what sort of source it is; "other" where the words do not tell.
        paragraph: where source and cue stand; for a quotation that runs on, an earlier one
            than that of the words in `scope`.
        source_start, source_end: the words that name the source.
        cue_start, cue_end: the reporting verb or preposition.
        scope: the stretches of text that are the source's word.
        companies: where several companies say it together, each of them.
    """

    kind: SourceType
    paragraph: int
    source_start: int
    source_end: int
    cue_start: int
    cue_end: int
    scope: tuple[tuple[int, int], ...]
    companies: tuple[Mention, ...] = ()

    def covers(self, offset: int) -> bool:
        """Whether the words at an offset are this source's."""
        return any(start <= offset < end for start, end in self.scope)

    @property
    def width(self) -> int:
        """How much text the source's word reaches over; the innermost is narrowest."""
        return sum(end - start for start, end in self.scope)


class AttributionFinder:
    """Finds sources in the paragraphs of one article, in order.

    An instance is for one article and remembers its last speaker, for pronouns and running
    quotations.
    """

    def __init__(self, codebook: Codebook, lang: str, blocks: list[str]) -> None:
        cues = codebook.cues[lang]
        self._speech = cues["speech"].pattern
        self._addressed = cues["addressed_speech"].pattern
        self._clausal = cues["clausal_speech"].pattern
        self._according = cues["according"].pattern
        before = "|".join(sorted(cues["before_verb"].terms, key=len, reverse=True))
        verbs = "|".join(cues["speech"].terms)
        self._inverted = re.compile(
            rf'(?<=[,"?!…–] )(?:(?:{before})(?:(?<=\')|\s))*(?:{verbs})(?=[ -])', re.IGNORECASE
        )
        self._relative = cues["relative"].pattern
        self._not = re.compile(
            rf"(?<!\w)(?:{'|'.join(cues['verb_negation'].terms)})[^,;:]*$", re.IGNORECASE
        )
        self._adverb = re.compile(
            rf"\s*(?:(?:{'|'.join(cues['adverb'].terms)})\s+)*", re.IGNORECASE
        )
        self._sources = SourceClassifier(codebook, lang, blocks)
        self._last: Attribution | None = None
        self._in_quote = False

    def find(self, paragraph: list[Sentence], mentions: list[Mention]) -> list[list[Attribution]]:
        """The attributions that reach into each sentence of a paragraph.

        A sentence inside a quotation that names no speaker of its own has the speaker
        named nearest before it in the paragraph, else the next one after it, else, for a quotation
        that began in an earlier paragraph, that one's.
        """
        found: list[list[Attribution]] = []
        quoted: list[bool] = []
        before = self._last
        runs_on = self._in_quote
        for sentence in paragraph:
            own = [
                *self._reporting(sentence, mentions),
                *self._inversions(sentence, mentions),
                *self._according_to(sentence, mentions),
            ]
            found.append(own)
            quoted.append(self._in_quote or sentence.text.startswith('"'))
            if sentence.text.count('"') % 2:
                self._in_quote = not self._in_quote
            if own:
                self._last = min(own, key=lambda a: a.width)
        if self._in_quote and paragraph and '"' not in paragraph[-1].text:
            # A stray mark, not a quotation that runs on: it would swallow the article.
            self._in_quote = False
        for index, sentence in enumerate(paragraph):
            if found[index] or not quoted[index]:
                continue
            speaker = _nearest(found, index) or (before if runs_on else None)
            if speaker is not None:
                found[index] = [replace(speaker, scope=((sentence.start, sentence.end),))]
        return found

    def _inversions(self, sentence: Sentence, mentions: list[Mention]) -> Iterator[Attribution]:
        """Verb before speaker, as after a quotation: "affirme-t-elle", "a indiqué le groupe"."""
        for hit in self._inverted.finditer(sentence.text):
            start = sentence.start + hit.end()
            clitic = re.match(r"(?:-t)?-(ils?|elles?|on)\b", sentence.text[hit.end() :])
            if clitic:
                start += clitic.start(1)
                end = start + len(clitic.group(1))
            else:
                leading = self._adverb.match(sentence.text[hit.end() :])
                start += leading.end() if leading else 0
                phrase = self._noun_phrase(sentence, start)
                text = sentence.text[start - sentence.start :]
                if phrase is None or not (
                    self._sources.begins_with_determiner(text) or text[:1].isupper()
                ):
                    continue
                end = phrase
            kind = self._source_kind(sentence, start, end, mentions)
            if kind is None:
                continue
            cue = sentence.start + hit.start()
            yield Attribution(
                kind,
                sentence.paragraph,
                start,
                end,
                cue,
                sentence.start + hit.end(),
                ((sentence.start, cue), (end, sentence.end)),
            )

    def _reporting(self, sentence: Sentence, mentions: list[Mention]) -> Iterator[Attribution]:
        for token in sentence.parsed:
            if token.pos_ not in ("VERB", "AUX", "NOUN", "ADJ") or not self._speech.fullmatch(
                token.text
            ):
                continue
            subject = self._subject(token)
            if subject is None or self._negated(sentence, token):
                continue
            if self._clausal.fullmatch(token.text) and not self._reports(sentence, token, subject):
                continue
            relative = self._relative.fullmatch(subject.text) is not None
            companies = _antecedents(sentence, subject, mentions) if relative else []
            if companies:
                yield _of_companies(sentence, token, companies)
                continue
            if relative:
                subject = token.head
                if subject.pos_ not in _NOMINALS:
                    continue
            start, end = _phrase(subject, token)
            kind = self._source_kind(sentence, start, end, mentions)
            if kind is None:
                continue
            yield Attribution(
                kind,
                sentence.paragraph,
                start,
                end,
                token.idx,
                token.idx + len(token),
                self._scope(sentence, token, subject),
            )

    def _according_to(self, sentence: Sentence, mentions: list[Mention]) -> Iterator[Attribution]:
        for hit in self._according.finditer(sentence.text):
            rest = sentence.text[hit.end() :]
            phrase = re.match(r"\s*([^,;:\"()]+?)(?=\s*(?:[,;:\"()]|\.$|[.!?]$|$))", rest)
            if phrase is None:
                continue
            start = sentence.start + hit.end() + phrase.start(1)
            end = self._noun_phrase(sentence, start) or sentence.start + hit.end() + phrase.end(1)
            kind = self._source_kind(sentence, start, end, mentions)
            if kind is None:
                continue
            yield Attribution(
                kind,
                sentence.paragraph,
                start,
                end,
                sentence.start + hit.start(),
                sentence.start + hit.end(),
                ((sentence.start, sentence.end),),
            )

    def _source_kind(
        self, sentence: Sentence, start: int, end: int, mentions: list[Mention]
    ) -> SourceType | None:
        text = sentence.text[start - sentence.start : end - sentence.start]
        names_company = any(start <= m.start < end for m in mentions)
        last = self._last.kind if self._last else None
        return self._sources.classify(text, sentence.paragraph, start, names_company, last)

    def _noun_phrase(self, sentence: Sentence, start: int) -> int | None:
        tokens = [t for t in sentence.parsed if t.idx >= start]
        if not tokens:
            return None
        head = tokens[0]
        while head.head != head and head.head.idx >= start and head.head.pos_ in _NOMINALS:
            head = head.head
        _, end = _phrase(head, None)
        return end if end > start else None

    def _reports(self, sentence: Sentence, verb: Token, subject: Token) -> bool:
        """Whether a verb of saying says something here: "added that", but not "added a switch"."""
        if _reported(verb) or '"' in sentence.text:
            return True
        after = verb.doc[verb.i + 1 : min(verb.i + 1 + _THAT_REACH, verb.sent.end)]
        if any(token.text == ":" or _introduces(token) for token in after[:1]):
            return True
        if any(token.lower_ in _THAT for token in after):
            return True
        first = min(subject.left_edge.i, verb.i)
        before = verb.doc[first - 1].text if first > verb.sent.start else ""
        addressed = self._addressed.fullmatch(verb.text) is not None
        has_object = not addressed and any(
            c.dep_ in ("dobj", "obj") and c.pos_ == "NOUN" for c in verb.children
        )
        return before in (",", ")", "–", "—") and not has_object

    def _negated(self, sentence: Sentence, verb: Token) -> bool:
        """What somebody does not say ("nowhere writes that") is not their word."""
        before = sentence.text[: verb.idx - sentence.start][-_NEGATION_REACH:]
        return self._not.search(before) is not None

    def _subject(self, verb: Token) -> Token | None:
        for child in verb.children:
            if child.dep_ in _SUBJECT:
                return child
        if verb.dep_ == "conj" and verb.head != verb and self._speech.fullmatch(verb.head.text):
            return self._subject(verb.head)
        if verb.dep_ == "xcomp" and verb.head.pos_ == "VERB":
            return self._subject(verb.head)
        return _noun_before(verb)

    def _scope(
        self, sentence: Sentence, verb: Token, subject: Token
    ) -> tuple[tuple[int, int], ...]:
        reported = _reported(verb)
        own = _phrase(subject, verb)
        if reported:
            begin = min(c.left_edge.idx for c in reported)
            return ((begin, sentence.end),)
        if '"' in sentence.text or verb.dep_ in _CLAUSES:
            return ((sentence.start, own[0]), (own[1], sentence.end))
        return ((verb.idx, sentence.end),)


def _reported(verb: Token) -> list[Token]:
    """The clauses that a reporting verb governs to its right."""
    return [c for c in verb.children if c.dep_ in ("ccomp", "xcomp") and c.i > verb.i]


def _introduces(token: Token) -> bool:
    """Whether a token after a verb of saying begins what is said: "that", an infinitive."""
    if token.lower_ in _THAT or "Inf" in token.morph.get("VerbForm", []):
        return token.lang_ == "fr" or token.pos_ != "VERB"
    clitic = token.text.lower() in ("se", "s'", "ne", "n'") and token.i + 1 < token.sent.end
    return clitic and _introduces(token.nbor())


def _noun_before(verb: Token) -> Token | None:
    """The noun right before a reporting verb whose subject the parser missed."""
    following = verb.nbor() if verb.i + 1 < verb.sent.end else None
    if following is None or not _introduces(following):
        return None
    for token in reversed(verb.doc[verb.sent.start : verb.i]):
        if token.pos_ in _NOMINALS:
            return token
        if token.pos_ not in ("AUX", "ADV"):
            return None
    return None


def _antecedents(sentence: Sentence, subject: Token, mentions: list[Mention]) -> list[Mention]:
    """The companies that a relative pronoun stands for."""
    before = [m for m in mentions if sentence.start <= m.start and m.end <= subject.idx]
    close: list[Mention] = []
    limit = subject.idx
    for mention in reversed(before):
        if limit - mention.end > _ANTECEDENT_REACH:
            break
        close.insert(0, mention)
        limit = mention.start
    return close


def _of_companies(sentence: Sentence, verb: Token, companies: list[Mention]) -> Attribution:
    start, end = companies[0].start, companies[-1].end
    offset = verb.idx - sentence.start
    comma = sentence.text.find(",", offset)
    return Attribution(
        "vendor",
        sentence.paragraph,
        start,
        end,
        verb.idx,
        verb.idx + len(verb),
        ((verb.idx, sentence.start + comma if comma >= 0 else sentence.end),),
        tuple(companies),
    )


def _nearest(found: list[list[Attribution]], index: int) -> Attribution | None:
    """The speaker named last before a sentence of a paragraph, else first after it."""
    for own in (*reversed(found[:index]), *found[index + 1 :]):
        if own:
            return min(own, key=lambda a: a.width)
    return None


def _phrase(head: Token, verb: Token | None) -> tuple[int, int]:
    """The noun phrase of a head, without relative clauses and appositions; offsets.

    The phrase of a verb's subject ends before the verb, however the parser hung the rest.
    """
    kept = [head]
    for child in head.children:
        if verb is not None and head.i < verb.i <= child.right_edge.i:
            continue
        if child.dep_ not in _MODIFIERS and not (child.dep_ == "conj" and child.i > head.i):
            kept += list(child.subtree)
    kept.sort(key=lambda t: t.i)
    first = last = kept.index(head)
    while first > 0 and kept[first - 1].i == kept[first].i - 1:
        first -= 1
    while last + 1 < len(kept) and kept[last + 1].i == kept[last].i + 1:
        last += 1
    return kept[first].idx, kept[last].idx + len(kept[last])
