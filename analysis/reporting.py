"""Who says something in a sentence: reporting clauses, asides and "according to" phrases.

Read off the dependency parse (a verb of saying with its subject, before, around or after what
is said), off word order where a verb stands before its speaker ("affirme-t-elle"), and off
prepositions, after the cue, source and content of the Penn Attribution Relation Corpus
(Pareti 2012).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from spacy.tokens import Token

from analysis.codebook import TermList
from analysis.nlp import Sentence
from analysis.records import SourceType

Form = Literal["clause", "aside", "object", "according-to", "noun"]
Span = tuple[int, int]

_NOMINALS = ("NOUN", "PROPN", "PRON", "NUM")
_CLAUSES = ("ROOT", "parataxis", "conj", "ccomp", "advcl", "acl:relcl", "relcl")
_SUBJECT = ("nsubj", "nsubj:pass", "nsubjpass", "expl:subj")
_PASSIVE = ("nsubjpass", "nsubj:pass", "auxpass", "aux:pass")
_MODIFIERS = {"relcl", "acl:relcl", "appos", "punct", "acl", "cc", "advcl", "parataxis", "ccomp"}
_OBJECT = ("dobj", "obj", "iobj", "obl:arg", "dative")
_NEGATION_REACH = 22
_THAT = ("que", "qu'", "that")
_THAT_REACH = 7
_ASIDE_WORDS = 9
_ASIDE_START = 12
_QUOTED_ENOUGH = 15
_VARIATION_REACH = 40
_TURN_REACH = 25
_BREAKS = {",", ";", ":", '"', "(", ")", "–", "—"}
_STOP = " \t\n\u00a0\u202f.,;:!?…"


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
        relative: offset of the relative pronoun that is the subject; `source` is what it stands for,
            or the pronoun itself where the parse does not tell.
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
    finding: SourceType | None = None


class ReportReader:
    """Reads the reports in the sentences of one language.

    Args:
        cues: the lists of cues of the language.
    """

    def __init__(self, cues: Mapping[str, TermList]) -> None:
        self._speech = cues["speech"].pattern
        self._stance = cues["stance"].pattern
        self._object = cues["object_speech"].pattern
        self._addressed = cues["addressed_speech"].pattern
        self._clausal = cues["clausal_speech"].pattern
        self._document = cues["document"].pattern
        self._document_verb = cues["document_verb"].pattern
        self._no_holder = cues["no_holder"].pattern
        self._finding = cues["finding"].pattern
        self._evidence = cues["evidence_speech"].pattern
        self._variation = cues["variation"].pattern
        self._according = cues["according"].pattern
        self._no_source = cues["no_source"].pattern
        self._relative = cues["relative"].pattern
        self._noun = cues["noun_cue"].pattern
        self._whose = cues["noun_holder"].pattern
        self._turn = re.compile(rf"[,;]?\s(?:{'|'.join(cues['turn'].terms)})(?!\w)|;\s", re.I)
        adjuncts = "|".join(cues["adjunct"].terms)
        that = r"(?:that\b|que\b|qu')"
        self._link = re.compile(rf'(?:\s+(?:{adjuncts})(?!\w)[^,;:"]{{0,50}}?)?\s+{that}', re.I)
        self._addressed_link = re.compile(rf'(?:\s[^,;:"]{{0,60}}?)?\s{that}', re.I)
        before = "|".join(sorted(cues["before_verb"].terms, key=len, reverse=True))
        verbs = "|".join(cues["speech"].terms)
        self._inverted = re.compile(
            rf'(?<=[,"?!…–—] )(?:(?:{before})(?:(?<=\')|\s))*(?P<verb>{verbs})(?=[ -])',
            re.IGNORECASE,
        )
        self._after_mark = re.compile(
            rf'(?P<gap>(?<=")\s?,?\s|(?<=,)\s)'
            rf"(?P<cue>(?:(?:{before})(?:(?<=\')|\s))*(?P<verb>\w[\w']+))(?=[ -])",
            re.IGNORECASE,
        )
        self._clitic_inside = re.compile(
            rf"(?<=[,\"?!…–—] )(?:[mlt]'|nous |lui |y )?(?:a|ont|avait|avaient)-(?:t-)?"
            rf"(?P<who>ils?|elles?|on) (?:(?:{'|'.join(cues['adverb'].terms)}) )?(?:{verbs})(?!\w)",
            re.IGNORECASE,
        )
        self._told = re.compile(rf"\s(?:{'|'.join(cues['told'].terms)})\s", re.IGNORECASE)
        self._not = re.compile(
            rf"(?<!\w)(?:{'|'.join(cues['verb_negation'].terms)})[^,;:]*$", re.IGNORECASE
        )
        self._adverb = re.compile(
            rf"\s*(?:(?:{'|'.join(cues['adverb'].terms)})\s+)*", re.IGNORECASE
        )
        self._noun_last = re.compile(
            rf'[,"–—]\s*([^,;:"–—]+?)\s+(?:(?:{before})(?:(?<=\')|\s))*$', re.IGNORECASE
        )
        words = sorted(cues["determiner"].terms, key=len, reverse=True)
        self._determiner = re.compile(rf"(?:{'|'.join(words)})(?:(?<=')|\s+)", re.IGNORECASE)

    def read(self, sentence: Sentence, quoted: list[Span]) -> list[Report]:
        """The reports of a sentence, those of two readings of one verb once, in order.

        Args:
            sentence: a parsed sentence.
            quoted: the quotations of its paragraph.
        """
        found: dict[int, Report] = {}
        for report in (
            *self._inversions(sentence, quoted),
            *self._verbs(sentence, quoted),
            *self._labels(sentence, quoted),
            *self._according_to(sentence),
            *self._nouns(sentence),
            *self._findings(sentence),
        ):
            found.setdefault(report.cue[1], report)
        return _cut_short(sentence, sorted(found.values(), key=lambda r: r.cue), self._turn)

    def _inversions(self, sentence: Sentence, quoted: list[Span]) -> Iterator[Report]:
        """Verb before speaker, as after a quotation: "affirme-t-elle", "a indiqué le groupe"."""
        for cue, source, sure in (
            *self._listed_inversions(sentence),
            *self._clitics(sentence),
            *self._other_inversions(sentence, quoted),
        ):
            yield Report(
                source,
                cue,
                _around(sentence, (cue[0], max(cue[1], source[1])), quoted),
                ((sentence.start, cue[0]), (max(cue[1], source[1]), sentence.end)),
                "aside",
                stance=not sure,
                sure=True,
            )

    def _listed_inversions(self, sentence: Sentence) -> Iterator[tuple[Span, Span, bool]]:
        """A verb of saying after a comma or mark, then its speaker."""
        for hit in self._inverted.finditer(sentence.text):
            verb = _token_at(sentence, sentence.start + hit.start("verb"))
            clitic = sentence.text[hit.end() : hit.end() + 1] == "-"
            if verb is not None and not clitic and _after_apposition(verb):
                continue
            yield from self._with_source(sentence, hit.start(), hit.end())

    def _clitics(self, sentence: Sentence) -> Iterator[tuple[Span, Span, bool]]:
        """A pronoun inside a compound tense: "a-t-elle ajouté"."""
        for hit in self._clitic_inside.finditer(sentence.text):
            cue = sentence.start + hit.start(), sentence.start + hit.end()
            yield cue, (sentence.start + hit.start("who"), sentence.start + hit.end("who")), True

    def _other_inversions(
        self, sentence: Sentence, quoted: list[Span]
    ) -> Iterator[tuple[Span, Span, bool]]:
        """Any verb before its subject after a quotation, or after a comma where the parse agrees."""
        for hit in self._after_mark.finditer(sentence.text):
            verb = _token_at(sentence, sentence.start + hit.start("verb"))
            if verb is None or verb.pos_ not in ("VERB", "AUX") or _has_subject_before(verb):
                continue
            closes = any(
                end == sentence.start + hit.start("cue") - len(hit.group("gap"))
                for _, end in quoted
            )
            comma = sentence.text[: hit.start()].endswith(",") and hit.start() > _ASIDE_START
            if closes or (comma and _ends_with_subject(verb)):
                yield from self._with_source(sentence, hit.start("cue"), hit.end())

    def _with_source(
        self, sentence: Sentence, start: int, end: int
    ) -> Iterator[tuple[Span, Span, bool]]:
        source = self._inverted_source(sentence, end)
        if source is not None:
            words = sentence.text[source[0] - sentence.start : source[1] - sentence.start]
            named = self._no_source.match(words) is None
            yield (sentence.start + start, sentence.start + end), source, named

    def _inverted_source(self, sentence: Sentence, after: int) -> Span | None:
        clitic = re.match(r"(?:-t)?-(ils?|elles?|on|je)\b", sentence.text[after:])
        if clitic:
            return sentence.start + after + clitic.start(1), sentence.start + after + clitic.end(1)
        leading = self._adverb.match(sentence.text, after)
        start = leading.end() if leading else after
        text = sentence.text[start:]
        named = text[:1].isupper()
        first = _token_at(sentence, sentence.start + start)
        if first is None or first.pos_ in ("ADP", "ADV", "PUNCT", "SCONJ"):
            return None
        if not (self._determiner.match(text) or named):
            return None
        end = noun_phrase_end(sentence, sentence.start + start)
        if end is None:
            return None
        told = self._told.search(sentence.text, start + 1, end - sentence.start)
        return sentence.start + start, sentence.start + told.start() if told else end

    def _verbs(self, sentence: Sentence, quoted: list[Span]) -> Iterator[Report]:
        for token in sentence.parsed:
            verbal = token.pos_ in ("VERB", "AUX", "NOUN", "ADJ")
            if not verbal and not _before_clause(token):
                continue
            spoken = self._speech.fullmatch(token.text) is not None
            stance = not spoken and self._stance.fullmatch(token.text) is not None
            if not spoken and not stance:
                stance = False
                if not _after_quotation(sentence, token, quoted):
                    continue
            report = self._verb(sentence, token, stance, quoted)
            if report is not None and self._negated(sentence, token):
                # "would not say whether": attributed, but vouched for by nobody.
                report = replace(report, stance=True) if report.form == "clause" else None
            if report is not None:
                yield report

    def _verb(
        self, sentence: Sentence, verb: Token, stance: bool, quoted: list[Span]
    ) -> Report | None:
        cue = verb.idx, verb.idx + len(verb)
        subject = self._subject(verb)
        if subject is None:
            source = self._aside_source(sentence, verb)
            if source is None:
                return None
            content = _around(sentence, (source[0], cue[1]), quoted)
            scope = ((sentence.start, source[0]), (cue[1], sentence.end))
            return Report(source, cue, content, scope, "aside", stance, True)
        if self._no_source.match(
            subject.sent.text[subject.left_edge.idx - subject.sent.start_char :]
        ):
            return None
        weak = self._clausal.fullmatch(verb.text) is not None or stance
        if weak and not self._reports(sentence, verb, subject, stance, quoted):
            return None
        relative = subject.idx if self._relative.fullmatch(subject.text) else None
        if relative is None and verb.dep_ in ("relcl", "acl:relcl") and _of_all(subject):
            return None
        if relative is not None and verb.head.pos_ in _NOMINALS and verb.head.i < subject.i:
            subject = verb.head
        source = phrase(subject, verb)
        content, form = self._content(sentence, verb, source, quoted, relative is not None)
        if stance and content is None:
            return None
        order = self._addressed.fullmatch(verb.text) is not None and _orders(verb)
        stance = (stance and form != "aside") or order
        return Report(
            source,
            cue,
            content,
            self._scope(sentence, verb, source, content if form != "aside" else None),
            form,
            stance,
            content is not None,
            self._evidence.fullmatch(verb.text) is not None,
            relative,
        )

    def _content(
        self, sentence: Sentence, verb: Token, source: Span, quoted: list[Span], relative: bool
    ) -> tuple[Span | None, Form]:
        """What a verb of saying reports, and on which side of it that stands."""
        after = verb.idx + len(verb)
        rest = sentence.text[after - sentence.start :]
        opening = re.match(r"[^\"]{0,60}?[:,]?\s*(?=\")", rest)
        spoken = next((q for q in quoted if q[0] >= after), None)
        clause = _reported(verb)
        colon = re.match(r"[^,;:\"]{0,60}:\s*\S", rest)
        if colon and not any(c.left_edge.idx < after + rest.index(":") for c in clause):
            begin = after + rest.index(":") + 1
            if (
                spoken is not None
                and not sentence.text[begin - sentence.start : spoken[0] - sentence.start].strip()
            ):
                return spoken, "clause"
            return _trimmed(sentence, begin, sentence.end), "clause"
        obj = next((c for c in verb.children if c.dep_ in _OBJECT and c.i > verb.i), None)
        if self._object.fullmatch(verb.text) and (obj is not None or clause):
            begin = min(t.left_edge.idx for t in (*([obj] if obj is not None else []), *clause))
            return self._until_end(sentence, begin, verb), "object"
        addressed = self._addressed.fullmatch(verb.text) is not None
        link = (self._addressed_link if addressed else self._link).match(rest)
        if link:
            return self._until_end(sentence, after + link.end(), verb), "clause"
        if clause:
            begin = min(c.left_edge.idx for c in clause)
            return self._until_end(sentence, begin, verb), "clause"
        if spoken is not None and opening and after + opening.end() == spoken[0]:
            aside = self._is_aside(sentence, min(source[0], verb.idx))
            if aside:
                return _around(sentence, (min(source[0], verb.idx), after), quoted), "aside"
            return spoken, "clause"
        start = min(source[0], verb.idx)
        if not relative and self._is_aside(sentence, start):
            return _around(sentence, (start, max(source[1], after)), quoted), "aside"
        return None, "aside"

    def _is_aside(self, sentence: Sentence, start: int) -> bool:
        before = sentence.text[: start - sentence.start].rstrip()
        return before.endswith((",", '"', "–", "—", "?", "!", "…", "'")) and len(before) > 8

    def _until_end(self, sentence: Sentence, begin: int, verb: Token) -> Span | None:
        return _trimmed(sentence, _without_that(sentence, begin), sentence.end)

    def _aside_source(self, sentence: Sentence, verb: Token) -> Span | None:
        """The words between a comma and a verb of saying, where the parser gives no subject."""
        if verb.dep_ in ("acl", "amod"):
            return None
        before = sentence.text[: verb.idx - sentence.start]
        hit = re.search(
            r"(?:[,\"–—]\s*)([^,;:\"–—]+?)\s+(?:(?:has|had|have|a|ont|avait)\s+)?$", before
        )
        if hit is None or len(hit.group(1).split()) > _ASIDE_WORDS or hit.start() < _ASIDE_WORDS:
            return None
        text = hit.group(1)
        if not (self._determiner.match(text) or text[:1].isupper()):
            return None
        after = sentence.text[verb.idx + len(verb) - sentence.start :]
        if "," in after or len(after.split()) > _ASIDE_WORDS:
            return None
        return sentence.start + hit.start(1), sentence.start + hit.end(1)

    def _labels(self, sentence: Sentence, quoted: list[Span]) -> Iterator[Report]:
        """A speaker and a colon before a quotation: 'The mayor: "..."'."""
        hit = re.match(r"([^\":;]{2,60}?)\s?:\s*(?=\")", sentence.text)
        if hit is None:
            return
        spoken = next((q for q in quoted if q[0] == sentence.start + hit.end()), None)
        tokens = [t for t in sentence.parsed if t.idx < sentence.start + hit.end(1)]
        if spoken is None or any(t.pos_ in ("VERB", "AUX") for t in tokens):
            return
        source = sentence.start, sentence.start + hit.end(1)
        colon = sentence.start + sentence.text.index(":", hit.end(1))
        yield Report(source, (colon, colon + 1), spoken, (spoken,), "clause", sure=True)

    def _according_to(self, sentence: Sentence) -> Iterator[Report]:
        for hit in self._according.finditer(sentence.text):
            rest = sentence.text[hit.end() :]
            words = re.match(r"\s*([^,;:\"()]+?)(?=\s*(?:[,;:\"()]|\.$|[.!?]$|$))", rest)
            if words is None or self._no_source.match(words.group(1)):
                continue
            clause = sentence.text[: hit.start()]
            if (
                self._variation.search(clause[-_VARIATION_REACH:])
                and not words.group(1)[0].isupper()
            ):
                continue
            start = sentence.start + hit.end() + words.start(1)
            limit = sentence.start + hit.end() + words.end(1)
            end = min(noun_phrase_end(sentence, start) or limit, limit)
            cue = sentence.start + hit.start(), sentence.start + hit.end()
            yield Report(
                (start, end),
                cue,
                self._according_content(sentence, cue, end),
                ((sentence.start, sentence.end),),
                "according-to",
                sure=self._holds(clause, words.group(1), rest[words.end() :]),
            )

    def _holds(self, before: str, words: str, after: str) -> bool:
        """Whether commas set an "according to" phrase off whose noun may be somebody."""
        if before.rstrip().endswith((",", "–", "—", "(")):
            return True
        opens = not before.strip(' "') and after.startswith(",")
        return opens and self._no_holder.search(words) is None

    def _according_content(self, sentence: Sentence, cue: Span, end: int) -> Span | None:
        """The clause that an "according to" phrase stands in: after, before or around it."""
        before = sentence.text[: cue[0] - sentence.start]
        after = sentence.text[end - sentence.start :]
        turns = list(self._turn.finditer(before))
        low = sentence.start + (turns[-1].end() if turns else 0)
        if not before[low - sentence.start :].strip(' ,;:"–—('):
            comma = re.match(r"[^,]{0,60},\s*", after)
            return _trimmed(sentence, end + (comma.end() if comma else 0), sentence.end)
        if before.rstrip().endswith((",", "–", "—", "(")) and re.match(
            r"[^,]{0,90}?[,–—)]\s*\w", after
        ):
            return _trimmed(sentence, low, sentence.end)
        return _trimmed(sentence, low, cue[0])

    def _nouns(self, sentence: Sentence) -> Iterator[Report]:
        """Nouns of saying with their clause: "the minister's claim that ..."."""
        for hit in self._noun.finditer(sentence.text):
            head = _token_at(sentence, sentence.start + hit.start())
            begin = sentence.start + hit.end()
            end = _clause_end(sentence, begin, head)
            content = _trimmed(sentence, begin, end)
            if content is None:
                continue
            source = self._holder(sentence, hit, head)
            cue = sentence.start + hit.start(), sentence.start + hit.end()
            yield Report(source, (cue[0], content[0]), content, (content,), "noun", sure=True)

    def _findings(self, sentence: Sentence) -> Iterator[Report]:
        for verb in sentence.parsed:
            papers = self._document_verb.fullmatch(verb.text) is not None
            if verb.pos_ != "VERB" or not (papers or self._finding.fullmatch(verb.text)):
                continue
            subject = self._subject(verb)
            if subject is not None and not self._relative.fullmatch(subject.text):
                source = phrase(subject, verb)
                words = sentence.text[source[0] - sentence.start : source[1] - sentence.start]
                if papers and not self._document.search(words):
                    continue
                cue = verb.idx, verb.idx + len(verb)
                scope = ((sentence.start, sentence.end),)
                kind: SourceType = "vendor" if papers else "researcher"
                yield Report(source, cue, None, scope, "clause", finding=kind)

    def _holder(self, sentence: Sentence, hit: re.Match[str], head: Token | None) -> Span | None:
        inside = self._whose.search(hit.group())
        if inside is not None:
            start = sentence.start + hit.start() + inside.end()
            words = re.match(
                r"[^,]+?(?=,?\s+(?:that|selon|que|qu')|$)",
                sentence.text[start - sentence.start : hit.end()],
            )
            if words is not None:
                return start + len(words.group()) - len(words.group().lstrip()), start + words.end()
        for child in head.children if head is not None else ():
            if child.dep_ == "poss" and child.idx < sentence.start + hit.start():
                return child.left_edge.idx, child.idx + len(child)
        return None

    def _negated(self, sentence: Sentence, verb: Token) -> bool:
        """What somebody does not say ("nowhere writes that") is not their word."""
        before = sentence.text[: verb.idx - sentence.start][-_NEGATION_REACH:]
        return self._not.search(before) is not None

    def _reports(
        self, sentence: Sentence, verb: Token, subject: Token, stance: bool, quoted: list[Span]
    ) -> bool:
        """Whether a verb of saying says something here: "added that", but not "added a switch"."""
        if _reported(verb):
            return True
        spoken = any(start <= verb.idx < end for start, end in quoted)
        if not stance and not spoken and '"' in sentence.text:
            return True
        after = verb.doc[verb.i + 1 : min(verb.i + 1 + _THAT_REACH, verb.sent.end)]
        if any(token.text == ":" or _introduces(token) for token in after[:1]):
            return True
        if any(token.lower_ in _THAT for token in after):
            return True
        if self._object.fullmatch(verb.text):
            return True
        first = min(subject.left_edge.i, verb.i)
        before = verb.doc[first - 1].text if first > verb.sent.start else ""
        addressed = self._addressed.fullmatch(verb.text) is not None
        has_object = not addressed and any(
            c.dep_ in ("dobj", "obj") and c.pos_ == "NOUN" for c in verb.children
        )
        return before in (",", ")", "–", "—") and not has_object

    def _subject(self, verb: Token) -> Token | None:
        if any(child.dep_ in _PASSIVE for child in verb.children):
            return _agent(verb)
        for child in verb.children:
            if child.dep_ in _SUBJECT:
                return child
        if verb.dep_ == "conj" and verb.head != verb and self._speech.fullmatch(verb.head.text):
            return self._subject(verb.head)
        hangs_on = verb.dep_ == "xcomp" or (
            verb.dep_ == "advcl" and verb.text.endswith(("ing", "ant"))
        )
        if hangs_on and verb.head.pos_ == "VERB" and verb.head.i < verb.i:
            return self._subject(verb.head)
        return _noun_before(verb)

    def _scope(
        self, sentence: Sentence, verb: Token, source: Span, content: Span | None
    ) -> tuple[Span, ...]:
        if content is not None:
            return ((min(verb.idx, content[0]), sentence.end),)
        if '"' in sentence.text or verb.dep_ in _CLAUSES:
            return ((sentence.start, source[0]), (source[1], sentence.end))
        return ((verb.idx, sentence.end),)


def phrase(head: Token, verb: Token | None) -> Span:
    """The noun phrase of a head, without relative clauses and appositions; offsets.

    The phrase of a verb's subject ends before the verb, however the parser hung the rest.
    Capitals and hyphens that follow belong to it ("the group Open Ear").
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
    end = _name_end(kept[last], verb)
    return kept[first].idx, end.idx + len(end)


def noun_phrase_end(sentence: Sentence, start: int) -> int | None:
    """Where the noun phrase ends that begins at an offset of the paragraph."""
    tokens = [t for t in sentence.parsed if t.idx >= start]
    if not tokens:
        return None
    head = tokens[0]
    stop = next((t.i for t in tokens if t.text in _BREAKS), tokens[-1].i + 1)
    while head.head != head and tokens[0].i <= head.head.i < stop and head.head.pos_ in _NOMINALS:
        head = head.head
    _, end = phrase(head, None)
    return end if end > start else None


def _name_end(token: Token, verb: Token | None) -> Token:
    limit = verb.i if verb is not None and verb.i > token.i else token.sent.end
    while token.i + 1 < limit:
        following = token.nbor()
        joined = following.idx == token.idx + len(token)
        hyphen = joined and (following.text == "-" or token.text == "-")
        capital = following.text[:1].isupper() and following.pos_ in ("PROPN", "NOUN", "X", "ADJ")
        if not (hyphen or capital):
            break
        token = following
    return token


def _agent(verb: Token) -> Token | None:
    """Who did what a passive says: "was told by workers"."""
    for child in verb.children:
        if child.dep_ == "obl:agent":
            return child
        if child.dep_ == "agent":
            return next((c for c in child.children if c.dep_ == "pobj"), None)
    return None


def _reported(verb: Token) -> list[Token]:
    """The clauses that a reporting verb governs to its right."""
    found = []
    for child in verb.children:
        if child.i < verb.i:
            continue
        if child.dep_ in ("ccomp", "xcomp"):
            found.append(child)
        elif child.dep_ == "prep":
            found += [c for c in child.children if c.dep_ == "pcomp"]
    return found


def _introduces(token: Token) -> bool:
    """Whether a token after a verb of saying begins what is said: "that", an infinitive."""
    if token.lower_ in _THAT or "Inf" in token.morph.get("VerbForm", []):
        return token.lang_ == "fr" or token.pos_ != "VERB"
    clitic = token.text.lower() in ("se", "s'", "ne", "n'") and token.i + 1 < token.sent.end
    return clitic and _introduces(token.nbor())


def _before_clause(token: Token) -> bool:
    """Whether a token that the tagger took for an adverb stands right before "que"."""
    return token.pos_ == "ADV" and token.i + 1 < token.sent.end and _introduces(token.nbor())


def _noun_before(verb: Token) -> Token | None:
    """The noun right before a reporting verb whose subject the parser missed."""
    following = verb.nbor() if verb.i + 1 < verb.sent.end else None
    if following is None or not _introduces(following):
        return None
    for token in reversed(verb.doc[verb.sent.start : verb.i]):
        if token.pos_ in _NOMINALS:
            return token
        if token.pos_ not in ("AUX", "ADV", "ADJ"):
            return None
    return None


def _token_at(sentence: Sentence, offset: int) -> Token | None:
    return next((t for t in sentence.parsed if t.idx <= offset < t.idx + len(t)), None)


def _around(sentence: Sentence, aside: Span, quoted: list[Span]) -> Span | None:
    """What an aside reports: the quotation it touches, else the sentence around it."""
    inside = next((q for q in quoted if q[0] < aside[0] and aside[1] <= q[1]), None)
    if inside is not None:
        return inside
    low, high = aside[0] - sentence.start, aside[1] - sentence.start
    before = next(
        (q for q in quoted if q[1] <= aside[0] and not _words(sentence, q[1], aside[0])), None
    )
    after = re.match(r"[^,;\"]{0,60},\s*(?=\")", sentence.text[high:])
    resumed = next((q for q in quoted if after and q[0] == aside[1] + after.end()), None)
    if before is not None and before[0] <= sentence.start:
        return (before[0], resumed[1]) if resumed else before
    if before is not None:
        return _trimmed(sentence, sentence.start, before[1])
    goes_on = re.match(r"[^,;]{0,60}?,\s*(?=\w)", sentence.text[high:])
    head = sentence.text[:low].rstrip(_STOP + '"–—')
    if not head:
        return None
    return _trimmed(sentence, sentence.start, sentence.end if goes_on else aside[0])


def _words(sentence: Sentence, low: int, high: int) -> bool:
    text = sentence.text[max(0, low - sentence.start) : high - sentence.start]
    return any(c.isalnum() for c in text)


def _without_that(sentence: Sentence, begin: int) -> int:
    hit = re.compile(r"(?:that|que)\s+|qu'", re.IGNORECASE).match(
        sentence.text, begin - sentence.start
    )
    return sentence.start + hit.end() if hit else begin


def _trimmed(sentence: Sentence, start: int, end: int) -> Span | None:
    """A stretch without the spaces and points at its ends; None where nothing is left."""
    text = sentence.text[start - sentence.start : end - sentence.start]
    stripped = text.lstrip(_STOP)
    start += len(text) - len(stripped)
    end = start + len(stripped.rstrip(_STOP + "–—("))
    return (start, end) if end > start else None


def _clause_end(sentence: Sentence, begin: int, head: Token | None) -> int:
    """Where the clause of a noun cue ends: with its verb's words in the parse.

    Two finite verbs with nothing between them that joins clauses belong to different ones.
    """
    verbs = [t for t in sentence.parsed if t.idx >= begin and t.pos_ in ("VERB", "AUX")]
    comma = sentence.text.find(",", begin - sentence.start)
    end = sentence.start + comma if comma >= 0 else sentence.end
    for token in verbs:
        while token.head != token and token.head.idx >= begin:
            token = token.head
        if head is not None and head in token.ancestors:
            end = token.right_edge.idx + len(token.right_edge)
            break
    finite = [t for t in verbs if "Fin" in t.morph.get("VerbForm", [])]
    for first, second in pairwise(finite):
        between = first.doc[first.i + 1 : second.i]
        if not any(t.pos_ in ("SCONJ", "CCONJ", "PUNCT", "PRON") for t in between):
            return min(end, second.idx)
    return end


def _cut_short(sentence: Sentence, reports: list[Report], turn: re.Pattern[str]) -> list[Report]:
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
                    cut = _trimmed(sentence, content[0], content[0] + cuts[-1].start())
                    content = cut or content
                    break
        kept.append(report if content == report.content else _with_content(report, content))
    return kept


def _after_apposition(verb: Token) -> bool:
    """Whether the comma before a verb closes what stands between it and its subject."""
    for child in verb.children:
        if child.dep_ in _SUBJECT and child.i < verb.i:
            between = [t.text for t in verb.doc[child.i : verb.i]]
            return between.count(",") > 1 and '"' not in between
    return False


def _of_all(subject: Token) -> bool:
    """Whether a relative clause restricts its noun, "all they say", and is no aside."""
    first = subject.left_edge.i
    before = subject.doc[first - 1] if first > subject.sent.start else None
    return before is None or before.lower_ in _THAT or before.pos_ in _NOMINALS


def _has_subject_before(verb: Token) -> bool:
    return any(c.dep_ in _SUBJECT and c.i < verb.i for c in verb.children)


def _ends_with_subject(verb: Token) -> bool:
    """Whether a verb's subject stands right after it and nothing but a comma after that."""
    if not {"Ind", "Cnd"} & set(verb.morph.get("Mood", ["Ind"])) or verb.dep_ == "amod":
        return False
    for child in verb.children:
        if child.dep_ in _SUBJECT and verb.i < child.left_edge.i <= verb.i + 2:
            following = child.right_edge.i + 1
            return following >= verb.sent.end or verb.doc[following].text in _BREAKS | {"."}
    return False


def _after_quotation(sentence: Sentence, verb: Token, quoted: list[Span]) -> bool:
    """Whether a verb with its subject comes right behind a quotation: '"...," the memo reads'."""
    if verb.pos_ != "VERB":
        return False
    subject = next((c for c in verb.children if c.dep_ in _SUBJECT and c.i < verb.i), None)
    if subject is None or any(c.dep_ in _OBJECT and c.i > verb.i for c in verb.children):
        return False
    start = subject.left_edge.idx
    return any(
        0 < start - end <= 1 and end - begin > _QUOTED_ENOUGH and end > sentence.start
        for begin, end in quoted
    )


def _orders(verb: Token) -> bool:
    """Whether somebody is told to do something, which states nothing."""
    return any(
        c.dep_ == "xcomp" and any(t.lower_ == "to" and t.head == c for t in c.children)
        for c in verb.children
    )


def _participle(sentence: Sentence, report: Report) -> bool:
    """Whether a report hangs on by a participle: "..., adding that"."""
    cue = sentence.text[report.cue[0] - sentence.start : report.cue[1] - sentence.start]
    return cue.endswith(("ing", "ant"))


def _with_content(report: Report, content: Span | None) -> Report:
    scope = report.scope if content is None else (content,)
    return replace(report, content=content, scope=scope)
