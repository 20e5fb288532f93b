"""Phrases and clauses of a parsed sentence, with offsets in its paragraph."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cache
from itertools import pairwise

from spacy.tokens import Token

from analysis.nlp import Sentence

Span = tuple[int, int]
NOMINALS = ("NOUN", "PROPN", "PRON", "NUM")
SUBJECT = ("nsubj", "nsubj:pass", "nsubjpass", "expl:subj")
OBJECT = ("dobj", "obj", "iobj", "obl:arg", "dative")
THAT = ("que", "qu'", "that")
_MODIFIERS = {"relcl", "acl:relcl", "appos", "punct", "acl", "cc", "advcl", "parataxis", "ccomp"}
_BREAKS = {",", ";", ":", '"', "(", ")", "–", "—"}
_STOP = " \t\n\u00a0\u202f.,;:!?…"
QUOTED_ENOUGH = 15


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """A regular expression whatever the case, compiled once for all articles."""
    return re.compile(pattern, re.IGNORECASE)


def phrase(head: Token, verb: Token | None) -> Span:
    """The noun phrase of a head, without relative clauses and appositions; offsets.

    The phrase of a verb's subject ends before the verb, however the parser hung the rest.
    Capitals and hyphens that follow belong to it ("the group Open Ear").
    """
    kept = [head]
    for child in head.children:
        if verb is not None and head.i < verb.i <= child.right_edge.i:
            continue
        if child.dep_ == "case" and child.lower_ in ("par", "du"):
            continue  # "confirmé par"; "le témoignage du lanceur d'alerte, qui dit"
        if child.dep_ not in _MODIFIERS and not (child.dep_ == "conj" and child.i > head.i):
            kept += list(child.subtree)
    kept.sort(key=lambda t: t.i)
    first = last = kept.index(head)
    while first > 0 and kept[first - 1].i == kept[first].i - 1:
        first -= 1
    while last + 1 < len(kept) and kept[last + 1].i == kept[last].i + 1:
        last += 1
    end = name_end(kept[last], verb)
    return kept[first].idx, end.idx + len(end)


def noun_phrase_end(sentence: Sentence, start: int) -> int | None:
    """Where the noun phrase ends that begins at an offset of the paragraph."""
    tokens = [t for t in sentence.parsed if t.idx >= start]
    if not tokens:
        return None
    head = tokens[0]
    stop = next((t.i for t in tokens if t.text in _BREAKS), tokens[-1].i + 1)
    while head.head != head and tokens[0].i <= head.head.i < stop and head.head.pos_ in NOMINALS:
        head = head.head
    _, end = phrase(head, None)
    return end if end > start else None


def name_end(token: Token, verb: Token | None) -> Token:
    """The last token of a name that goes on after a token: capitals, parts after a hyphen."""
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


def agent(verb: Token) -> Token | None:
    """Who did what a passive says: "was told by workers"."""
    for child in verb.children:
        if child.dep_ == "obl:agent":
            return child
        if child.dep_ == "agent":
            return next((c for c in child.children if c.dep_ == "pobj"), None)
    return None


def reported(verb: Token) -> list[Token]:
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


def introduces(token: Token) -> bool:
    """Whether a token after a verb of saying begins what is said: "that", an infinitive."""
    if token.lower_ in THAT or "Inf" in token.morph.get("VerbForm", []):
        return token.lang_ == "fr" or token.pos_ != "VERB"
    clitic = token.text.lower() in ("se", "s'", "ne", "n'") and token.i + 1 < token.sent.end
    return clitic and introduces(token.nbor())


def before_clause(token: Token) -> bool:
    """Whether a token that the tagger took for an adverb stands right before "que"."""
    return token.pos_ == "ADV" and token.i + 1 < token.sent.end and introduces(token.nbor())


def noun_before(verb: Token) -> Token | None:
    """The noun right before a reporting verb whose subject the parser missed."""
    following = verb.nbor() if verb.i + 1 < verb.sent.end else None
    if following is None or not introduces(following):
        return None
    for token in reversed(verb.doc[verb.sent.start : verb.i]):
        if token.dep_ == "npadvmod":
            continue  # "a report last week alleged"
        if token.pos_ in NOMINALS:
            return token
        if token.pos_ not in ("AUX", "ADV", "ADJ"):
            return None
    return None


def token_at(sentence: Sentence, offset: int) -> Token | None:
    """The token that holds an offset of the paragraph."""
    tokens = sentence.parsed
    found = bisect_right(range(len(tokens)), offset, key=lambda i: tokens[i].idx) - 1
    return tokens[found] if found >= 0 and offset < tokens[found].idx + len(tokens[found]) else None


def around(sentence: Sentence, aside: Span, quoted: list[Span]) -> Span | None:
    """What an aside reports: the quotation it touches, else the sentence around it."""
    inside = next((q for q in quoted if q[0] < aside[0] and aside[1] <= q[1]), None)
    if inside is not None:
        return inside
    low, high = aside[0] - sentence.start, aside[1] - sentence.start
    before = next(
        (q for q in quoted if q[1] <= aside[0] and not words_between(sentence, q[1], aside[0])),
        None,
    )
    after = re.match(r"[^,;\"]{0,60},\s*(?=\")", sentence.text[high:])
    resumed = next((q for q in quoted if after and q[0] == aside[1] + after.end()), None)
    if before is not None and before[0] <= sentence.start:
        return (before[0], resumed[1]) if resumed else before
    if before is not None:
        return trimmed(sentence, sentence.start, before[1])
    goes_on = re.match(r"[^,;]{0,60}?,\s*(?=\w)", sentence.text[high:])
    head = sentence.text[:low].rstrip(_STOP + '"–—')
    if not head:
        return None
    return trimmed(sentence, sentence.start, sentence.end if goes_on else aside[0])


def words_between(sentence: Sentence, low: int, high: int) -> bool:
    """Whether there are words between two offsets of the paragraph."""
    text = sentence.text[max(0, low - sentence.start) : high - sentence.start]
    return any(c.isalnum() for c in text)


def without_that(sentence: Sentence, begin: int) -> int:
    """Where a clause begins, past the "that" or "que" that opens it."""
    hit = re.compile(r"(?:that|que)\s+|qu'", re.IGNORECASE).match(
        sentence.text, begin - sentence.start
    )
    return sentence.start + hit.end() if hit else begin


def trimmed(sentence: Sentence, start: int, end: int) -> Span | None:
    """A stretch without the spaces and points at its ends; None where nothing is left."""
    text = sentence.text[start - sentence.start : end - sentence.start]
    stripped = text.lstrip(_STOP)
    start += len(text) - len(stripped)
    end = start + len(stripped.rstrip(_STOP + "–—("))
    return (start, end) if end > start else None


def clause_end(sentence: Sentence, begin: int, head: Token | None) -> int:
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


def after_apposition(verb: Token) -> bool:
    """Whether the comma before a verb closes what stands between it and its subject."""
    for child in verb.children:
        if child.dep_ in SUBJECT and child.i < verb.i:
            between = [t.text for t in verb.doc[child.i : verb.i]]
            return between.count(",") > 1 and '"' not in between
    return False


def of_all(subject: Token) -> bool:
    """Whether a relative clause restricts its noun, "all they say", and is no aside."""
    first = subject.left_edge.i
    before = subject.doc[first - 1] if first > subject.sent.start else None
    return before is None or before.lower_ in THAT or before.pos_ in NOMINALS


def has_subject_before(verb: Token) -> bool:
    """Whether a verb's subject stands before it."""
    return any(c.dep_ in SUBJECT and c.i < verb.i for c in verb.children)


def ends_with_subject(verb: Token) -> bool:
    """Whether a verb's subject stands right after it and nothing but a comma after that."""
    if not {"Ind", "Cnd"} & set(verb.morph.get("Mood", ["Ind"])) or verb.dep_ == "amod":
        return False
    for child in verb.children:
        if child.dep_ in SUBJECT and verb.i < child.left_edge.i <= verb.i + 2:
            following = child.right_edge.i + 1
            return following >= verb.sent.end or verb.doc[following].text in _BREAKS | {"."}
    return False


def after_quotation(sentence: Sentence, verb: Token, quoted: list[Span]) -> bool:
    """Whether a verb with its subject comes right behind a quotation: '"...," the memo reads'."""
    if verb.pos_ != "VERB":
        return False
    subject = next((c for c in verb.children if c.dep_ in SUBJECT and c.i < verb.i), None)
    if subject is None or any(c.dep_ in OBJECT and c.i > verb.i for c in verb.children):
        return False
    start = subject.left_edge.idx
    return any(
        0 < start - end <= 1 and end - begin > QUOTED_ENOUGH and end > sentence.start
        for begin, end in quoted
    )


def orders(verb: Token) -> bool:
    """Whether somebody is told to do something, which states nothing."""
    return any(
        c.dep_ == "xcomp" and any(t.lower_ == "to" and t.head == c for t in c.children)
        for c in verb.children
    )
