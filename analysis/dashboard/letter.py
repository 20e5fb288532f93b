"""A request for comment: what the press says of a company, with a question on each statement.

The document is made of plain texts first; `markdown` and `docx` write it. It is written in the
language that `analysis.dashboard.language` speaks when it is made.
"""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import docx as word
from docx.document import Document as WordDocument
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from analysis.codebook import Codebook
from analysis.dashboard import language
from analysis.dashboard.language import day, mark, tr, trn
from analysis.dashboard.text import web_address
from analysis.records import POLARITIES, Certainty, Claim, Polarity
from analysis.store import StoredClaim

MOST = 100
"""Statements in one document: more than a company can answer."""
OUTLETS_NAMED = 8
_NEVER = datetime.max.replace(tzinfo=UTC)

INTRODUCTION = mark(
    "We are preparing an article on voice assistants and privacy. The press has published the "
    "statements about {vendor} that are listed below, each with its source. We take no position "
    "here on whether they are true. We would like to hear from you before we publish, and will "
    "take your answers into account."
)

_REPORTED: dict[tuple[Polarity, Certainty], str] = {
    ("affirmed", "certain"): mark("The article reports this without reservation. Is it correct?"),
    ("affirmed", "uncertain"): mark(
        "The article reports this as possible, or as somebody’s allegation. Is it the case?"
    ),
    ("denied", "certain"): mark(
        "The article reports this without reservation. Is it correct, without exception?"
    ),
    ("denied", "uncertain"): mark("The article reports this with reservation. Can you confirm it?"),
}
_OWN = mark(
    "The article reports this as a statement of your company. Are you quoted correctly, and does "
    "the statement still hold?"
)
_ANY_PRACTICE: dict[Polarity, str] = {
    "affirmed": mark("What do you do today in this matter?"),
    "denied": mark("Is it correct that this does not take place, without exception?"),
}
QUESTIONS: dict[str, dict[Polarity, str]] = {
    "collection": {
        "affirmed": mark("Which data do you record or receive when people use the assistant?"),
        "denied": mark("Is it correct that you do not record or receive these data?"),
    },
    "accidental_activation": {
        "affirmed": mark("Does the assistant record without being called, and how often?"),
        "denied": mark("Is it correct that the assistant does not record without being called?"),
    },
    "always_listening": {
        "affirmed": mark("When does the microphone listen, and what leaves the device then?"),
        "denied": mark("Is it correct that the microphone does not listen all the time?"),
    },
    "human_review": {
        "affirmed": mark(
            "Do people, at your company or working for it, listen to or transcribe recordings? "
            "How many people, which share of the recordings, and for what purpose?"
        ),
        "denied": mark(
            "Is it correct that no person, at your company or working for it, listens to or "
            "transcribes recordings?"
        ),
    },
    "outsourcing": {
        "affirmed": mark("Which other firms work on recordings for you, and in which countries?"),
        "denied": mark("Is it correct that no other firm works on recordings for you?"),
    },
    "anonymisation": {
        "affirmed": mark(
            "How are recordings separated from the person and the account that they come from?"
        ),
        "denied": mark(
            "Can recordings be traced to a person, an account or a device, and by whom?"
        ),
    },
    "retention": {
        "affirmed": mark("How long do you keep recordings and transcripts?"),
        "denied": mark("Is it correct that you do not keep recordings or transcripts?"),
    },
    "deletion": {
        "affirmed": mark("How are recordings deleted, and what remains of them afterwards?"),
        "denied": mark("Can users delete their recordings, and does anything remain of them?"),
    },
    "opt_out": {
        "affirmed": mark("What can users refuse or switch off, and what is set by default?"),
        "denied": mark("Is there a way for users to refuse this use, and what is set by default?"),
    },
    "disclosure": {
        "affirmed": mark("Where and when are users told of this, and asked for their consent?"),
        "denied": mark("Were users told of this before it began, and if so, where?"),
    },
    "sharing": {
        "affirmed": mark("With which other companies do you share voice data or transcripts?"),
        "denied": mark(
            "Is it correct that you share no voice data or transcripts with other companies?"
        ),
    },
    "advertising": {
        "affirmed": mark("Are voice data used for advertising or profiles, or sold?"),
        "denied": mark(
            "Is it correct that voice data are neither used for advertising or profiles nor sold?"
        ),
    },
    "model_training": {
        "affirmed": mark("Which recordings are used to train or test your systems?"),
        "denied": mark("Is it correct that no recordings are used to train or test your systems?"),
    },
    "law_enforcement": {
        "affirmed": mark(
            "How many requests for recordings have you had from police or courts, and how did you "
            "answer them?"
        ),
        "denied": mark("Is it correct that you gave no recordings to police or courts?"),
    },
    "security_breach": {
        "affirmed": mark("What happened, who was affected, and what has been done since?"),
        "denied": mark("Is it correct that no data were exposed, and how was this established?"),
    },
    "safeguards": {
        "affirmed": mark("Which measures protect recordings, and who checks that they are kept?"),
        "denied": mark("Which measures protect recordings today?"),
    },
    "children": {
        "affirmed": mark("Which data of children do you process, and on whose consent?"),
        "denied": mark("Is it correct that you process no data of children?"),
    },
    "biometrics": {
        "affirmed": mark("Which traits of a person are derived from the voice, and what for?"),
        "denied": mark("Is it correct that no traits of a person are derived from the voice?"),
    },
    "local_processing": {
        "affirmed": mark("Which processing takes place on the device, and what is sent elsewhere?"),
        "denied": mark("Which processing takes place on your servers, and why not on the device?"),
    },
    "legal_action": {
        "affirmed": mark("How do you respond to these proceedings, and where do they stand?"),
        "denied": mark("Is it correct that there are no such proceedings?"),
    },
    "suspension": {
        "affirmed": mark("What was changed, since when, and does the change still apply?"),
        "denied": mark("Is it correct that nothing was changed, and is a change planned?"),
    },
}
"""What is asked about each practice of the codebook where the press affirms it, and where the
press denies it: open, and without blame."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What the newsroom adds to the statements."""

    introduction: str
    contact: str = ""
    deadline: date | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """One claim as the company reads it.

    Attributes:
        heading: its number, counted through the whole document, for answers to refer to.
        facts: outlet, date and title of the article, whose word it is, who else published it,
            the claim's id: a line each.
        url: the article's address; None where no browser should be sent there.
    """

    heading: str
    quote: str
    facts: tuple[str, ...]
    url: str | None
    question: str


@dataclass(frozen=True, slots=True)
class Section:
    """The statements on one practice, and what to ask about it."""

    title: str
    definition: str
    questions: tuple[str, ...]
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """The document: texts only, in the order in which they stand.

    Attributes:
        opening: the introduction and what follows it, a paragraph each.
        asks: what stands before each question.
        closing: what the document leaves out; empty where that is nothing.
    """

    lang: str
    title: str
    opening: tuple[str, ...]
    asks: str
    sections: tuple[Section, ...]
    closing: str

    @property
    def statements(self) -> int:
        """How many there are."""
        return sum(len(section.statements) for section in self.sections)


def request(
    vendor: str,
    claims: Sequence[StoredClaim],
    stories: Mapping[str, str | int],
    letter: Letter,
    codebook: Codebook,
    more: int = 0,
) -> Request:
    """The document for one company.

    Args:
        claims: those to ask about, the most important first. A sentence that several copies
            of a story have is listed once.
        stories: article id -> its story; articles that are left out have one of their own.
        more: how many further claims the filter lets pass.
    """
    lang = language.current()
    merged = list(_merged(claims, stories))
    listed = merged[:MOST]
    left_out = more + sum(len(copies) for copies in merged[MOST:])
    by_practice: dict[str, list[list[StoredClaim]]] = {}
    for copies in listed:
        by_practice.setdefault(copies[0].claim.practice, []).append(copies)
    order = [p for p in codebook.practices if p in by_practice]
    order += [p for p in by_practice if p not in codebook.practices]
    sections = []
    number = 0
    for practice in order:
        statements = []
        for copies in by_practice[practice]:
            number += 1
            statements.append(_statement(number, copies, codebook, lang))
        known = codebook.practices.get(practice)
        sections.append(
            Section(
                title=codebook.practice_label(practice, lang),
                definition=known.definition[lang] if known else "",
                questions=questions(practice, {c[0].claim.polarity for c in by_practice[practice]}),
                statements=tuple(statements),
            )
        )
    return Request(
        lang=lang,
        title=_line(tr("Request for comment: {vendor}", vendor=codebook.vendor_label(vendor))),
        opening=tuple(_opening(letter)),
        asks=tr("Question:"),
        sections=tuple(sections),
        closing=trn(
            "{n} more claim passes the filter and is not listed.",
            "{n} more claims pass the filter and are not listed.",
            left_out,
        )
        if left_out
        else "",
    )


def question(claim: Claim) -> str:
    """What to ask about one claim: whether it is so, by how firmly it was reported."""
    if claim.source_type == "vendor":
        return tr(_OWN)
    return tr(_REPORTED[claim.polarity, claim.certainty])


def questions(practice: str, polarities: Collection[Polarity]) -> tuple[str, ...]:
    """What to ask about a practice, by what the statements on it say."""
    asked = QUESTIONS.get(practice, _ANY_PRACTICE)
    return tuple(tr(asked[polarity]) for polarity in POLARITIES if polarity in polarities)


def _opening(letter: Letter) -> Iterator[str]:
    for paragraph in letter.introduction.splitlines():
        if paragraph.strip():
            yield _line(paragraph)
    if letter.deadline is not None:
        yield tr("Please answer by {date}.", date=day(letter.deadline))
    if letter.contact.strip():
        yield tr("Contact: {contact}", contact=_line(letter.contact))


def _merged(
    claims: Sequence[StoredClaim], stories: Mapping[str, str | int]
) -> Iterator[list[StoredClaim]]:
    """The claims, those that copies of one story make in the same words together."""
    found: dict[tuple[object, ...], list[StoredClaim]] = {}
    for stored in claims:
        claim = stored.claim
        story = stories.get(claim.article_id, claim.article_id)
        words = tuple(re.findall(r"\w+", claim.quote.casefold())) or (claim.quote,)
        said = claim.practice, claim.polarity, claim.certainty, claim.source_type
        key = (story, *said, words)
        found.setdefault(key, []).append(stored)
    for copies in found.values():
        # The first to publish stands for all; undated ones come last.
        yield sorted(copies, key=lambda stored: (stored.published or _NEVER, stored.id))


def _statement(
    number: int, copies: Sequence[StoredClaim], codebook: Codebook, lang: str
) -> Statement:
    first = copies[0]
    claim = first.claim
    who = codebook.source_types.get(claim.source_type, {}).get(lang, claim.source_type)
    others = list(
        dict.fromkeys(s.outlet_name for s in copies if s.outlet_name != first.outlet_name)
    )
    where = tr(
        "{outlet}, {date}: “{title}”",
        outlet=first.outlet_name,
        date=day(first.published),
        title=first.title,
    )
    said_by = (
        tr("Said by: {who} (“{source}”)", who=who, source=claim.source)
        if claim.source
        else tr("Said by: {who}", who=who)
    )
    also = [_also(others)] if others else []
    reference = tr("Reference: {reference}", reference=first.id)
    return Statement(
        heading=tr("Statement {number}", number=number),
        quote=_line(claim.quote),
        facts=tuple(map(_line, (where, said_by, *also, reference))),
        url=web_address(first.url),
        question=question(claim),
    )


def _also(outlets: Sequence[str]) -> str:
    named = ", ".join(outlets[:OUTLETS_NAMED])
    rest = len(outlets) - OUTLETS_NAMED
    if rest <= 0:
        return tr("Also published by: {outlets}", outlets=named)
    return trn(
        "Also published by: {outlets} and {n} more outlet",
        "Also published by: {outlets} and {n} more outlets",
        rest,
        outlets=named,
    )


# Controls, which XML cannot hold, and the marks that turn the direction of what follows.
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]+"
)


def _line(text: str) -> str:
    """Text of one line that every format can hold."""
    return re.sub(" {2,}", " ", _UNPRINTABLE.sub(" ", text)).strip()


_BRACKETS = str.maketrans({"<": "%3C", ">": "%3E"})


def markdown(made: Request) -> str:
    """The document in CommonMark; whatever it quotes stays text."""
    parts = [f"# {escaped(made.title)}", *map(escaped, made.opening)]
    for section in made.sections:
        parts.append(f"## {escaped(section.title)}")
        if section.definition:
            parts.append(f"*{escaped(section.definition)}*")
        asked = " ".join(section.questions)
        parts.append(f"**{escaped(made.asks)}** {escaped(asked)}")
        for statement in section.statements:
            parts.append(f"### {escaped(statement.heading)}")
            parts.append(f"> {escaped(statement.quote)}")
            parts += map(escaped, statement.facts)
            if statement.url:
                parts.append(f"<{statement.url.translate(_BRACKETS)}>")
            parts.append(f"**{escaped(made.asks)}** {escaped(statement.question)}")
    if made.closing:
        parts.append(escaped(made.closing))
    return "\n\n".join(parts) + "\n"


_MARKUP = re.compile(
    r"[\\`*_{}\[\]<>|~$^@]"
    r"|&(?=[#\w])"  # an entity
    r"|:(?=\S)"  # an address that links itself, an emoji's name
    r"|(?<=[Ww]{3})\."
    r"|^[-+=#]"  # lists, lines and headings
)


def escaped(text: str) -> str:
    """One line of text as Markdown that shows it letter by letter, in its common dialects."""
    return re.sub(r"^(\d+)([.)])", r"\1\\\2", _MARKUP.sub(r"\\\g<0>", text))


def docx(made: Request) -> bytes:
    """The document as a DOCX file."""
    document = word.Document()
    _describe(document, made)
    document.add_heading(made.title, 0)
    for paragraph in made.opening:
        document.add_paragraph(paragraph)
    for section in made.sections:
        document.add_heading(section.title, 1)
        if section.definition:
            document.add_paragraph().add_run(section.definition).italic = True
        _ask(document, made.asks, " ".join(section.questions))
        for statement in section.statements:
            document.add_heading(statement.heading, 2)
            document.add_paragraph(statement.quote, "Quote")
            for fact in statement.facts:
                document.add_paragraph(fact)
            if statement.url:
                _link(document.add_paragraph(), statement.url)
            _ask(document, made.asks, statement.question)
    if made.closing:
        document.add_paragraph(made.closing)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def _ask(document: WordDocument, asks: str, asked: str) -> None:
    paragraph = document.add_paragraph()
    paragraph.add_run(asks).bold = True
    paragraph.add_run(f" {asked}")


def _describe(document: WordDocument, made: Request) -> None:
    """Title and language, for the readers of the file and its spelling checker."""
    properties = document.core_properties
    properties.title, properties.language = made.title, made.lang
    properties.author, properties.comments = "", ""
    spelling = OxmlElement("w:lang")
    spelling.set(qn("w:val"), {"en": "en-GB", "fr": "fr-FR"}[made.lang])
    document.styles["Normal"].element.get_or_add_rPr().append(spelling)


def _link(paragraph: Paragraph, url: str) -> None:
    """A hyperlink, which python-docx can read but not make."""
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), paragraph.part.relate_to(url, RELATIONSHIP_TYPE.HYPERLINK, True))
    run = paragraph.add_run(url)
    run.font.underline = True
    link.append(run._r)
    paragraph._p.append(link)
