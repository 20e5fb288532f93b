"""One claim by its address: the sentence in its paragraph, whose word it is, and why."""

from __future__ import annotations

import shlex
from datetime import time

import streamlit as st
from babel import Locale

from analysis.agencies import load_agencies
from analysis.codebook import Codebook
from analysis.dashboard import (
    citation,
    copyable,
    evidence,
    facts,
    filters,
    frames,
    history,
    passage,
    reply,
    review,
)
from analysis.dashboard.language import current, day, mark, minute, number, tr, trn
from analysis.dashboard.text import label, web_address
from analysis.records import Article, Cue
from analysis.store import ClaimFilter, Copy, Store, StoredClaim, Story, Version

ENCODER = "encoder"
LONGEST_ID = 64
VERSIONS_SHOWN = 12
COPIES_SHOWN = 12
CLAIM_PAGE = "analysis/dashboard/claim.py"
CONFIDENCE_HELP = mark(
    "How probable it is that a person who checks finds this company and this practice stated "
    "in the sentence. It does not speak of the rest: affirmed or denied, certain or not, and "
    "who says it."
)
RULE_HELP = mark(
    "An expression is wording listed in the program’s vocabulary. The encoder is a model that "
    "was trained on sentences coded by people; it can read wording that no list has."
)
# How the program's notes on its cues are said to a reader. (A string here would be drawn.)
NOTES = {
    "encoder": mark("the words that weighed most with the encoder"),
    "name": mark("the company’s name"),
    "product": mark("a product of the company"),
    "description": mark("words for the company"),
    "in focus": mark("the company in focus; the sentence names none"),
    "reporting words": mark("words that report"),
    "negation or denial": mark("negation or denial"),
    "hedge": mark("hedge"),
    "a question": mark("a question"),
    "an accusation": mark("an accusation"),
    "an allegation": mark("an allegation"),
    "conditional of hearsay": mark("conditional of hearsay"),
}
STATES: dict[history.State, str] = {
    "first": mark("The sentence stands in it."),
    "same": mark("The sentence is the same."),
    "reworded": mark("The sentence was reworded:"),
    "appeared": mark("The sentence appears."),
    "gone": mark("The sentence is gone."),
    "absent": mark("Without the sentence."),
}


def page() -> None:
    """Draws the page."""
    claim_id = st.query_params.get("id", "").strip()
    if not claim_id:
        _nothing(tr("This address names no claim."))
        return
    store, codebook = frames.store(), frames.codebook()
    stored = store.claim(claim_id) if len(claim_id) <= LONGEST_ID else None
    if stored is None:
        _nothing(tr("This store has no such claim. The link may come from another store."))
        return
    versions = store.history(stored.claim.article_id)
    version = versions[stored.last_version - 1]
    vendor = label(codebook.vendor_label(stored.claim.vendor))
    practice = label(codebook.practice_label(stored.claim.practice, current()))
    st.title(f"{vendor} · {practice}", anchor=False)
    evidence.chips(stored, codebook)
    _standing(stored)
    text, known = st.columns([3, 2], gap="large")
    with text:
        with st.container(border=True):
            passage.show(version.article, stored.claim)
        _ways_on(stored, store.claims(ClaimFilter(articles=(stored.claim.article_id,))))
        _reasons(stored, codebook)
    with known:
        _who(stored, codebook)
        _where(stored, version.article)
    work, proof = st.columns([3, 2], gap="large")
    with work:
        review.panel(stored)
        reply.panel(stored)
        _cite(stored, version)
        _whole(stored, version.article)
    with proof:
        _versions(stored, versions)
        _archive(stored, version)
        _story(stored, store)


def _nothing(reason: str) -> None:
    st.title(tr("Claim"), anchor=False)
    st.write(reason)
    st.page_link(
        "analysis/dashboard/claims.py",
        label=tr("All claims"),
        icon=":material/format_list_bulleted:",
    )


def _standing(stored: StoredClaim) -> None:
    """Warns where the claim does not count, and says why."""
    if stored.counted:
        return
    if stored.verdict == "rejected":
        reason = tr("A reviewer rejected this claim. It is not counted.")
    elif stored.withdrawn is not None and stored.judged is None:
        reason = tr(
            "Withdrawn on {day}: the program no longer reads this sentence so. "
            "The claim is not counted.",
            day=day(stored.withdrawn),
        )
    elif stored.last_version != stored.current_version:
        reason = tr(
            "The outlet has edited this article since: the sentence stood in version "
            "{version} of {versions}. The claim is not counted.",
            version=number(stored.last_version),
            versions=number(stored.current_version),
        )
    else:
        reason = tr("Another claim has taken the place of this one. It is not counted.")
    st.warning(reason, icon=":material/history:")


def _ways_on(stored: StoredClaim, claims: list[StoredClaim]) -> None:
    """To the claims before and after this one in the article, and to its cell."""
    place = _place(stored)
    before = [other for other in claims if _place(other) < place]
    after = [other for other in claims if _place(other) > place]
    with st.container(horizontal=True, vertical_alignment="center"):
        if before:
            st.page_link(
                CLAIM_PAGE,
                label=tr("Previous claim"),
                icon=":material/arrow_back:",
                query_params={"id": before[-1].id},
            )
        if after:
            st.page_link(
                CLAIM_PAGE,
                label=tr("Next claim"),
                icon=":material/arrow_forward:",
                icon_position="right",
                query_params={"id": after[0].id},
            )
        st.page_link(
            "analysis/dashboard/compare.py",
            label=tr("This vendor and practice in the comparison"),
            icon=":material/grid_on:",
            query_params={"cell": f"{stored.claim.practice}/{stored.claim.vendor}"},
        )
    if stored.counted:
        st.caption(
            tr(
                "Claim {place} of {claims} in this article",
                place=number(len(before) + 1),
                claims=number(len(claims)),
            )
        )


def _place(stored: StoredClaim) -> tuple[int, int, str, str, str]:
    claim = stored.claim
    return claim.paragraph, claim.start, claim.vendor, claim.practice, stored.id


def _who(stored: StoredClaim, codebook: Codebook) -> None:
    claim = stored.claim
    st.subheader(tr("Who says it"), anchor=False)
    facts.show(
        [
            (tr("Kind of source"), filters.source_type_label(claim.source_type, codebook)),
            (tr("Named as"), tr("“{words}”", words=claim.source) if claim.source else ""),
        ],
        key="who",
    )


def _where(stored: StoredClaim, article: Article) -> None:
    st.subheader(tr("Where it stands"), anchor=False)
    outlet = [stored.outlet_name, _country(stored.country)]
    modified = article.modified if article.modified != article.published else None
    facts.show(
        [
            (tr("Outlet"), ", ".join(filter(None, outlet))),
            (tr("Published"), published(article)),
            (tr("Changed"), minute(modified) if modified else ""),
            (
                tr("Byline"),
                tr("By {names}", names=", ".join(article.authors)) if article.authors else "",
            ),
            (tr("Product"), stored.claim.product or ""),
            (tr("Address"), stored.url),
        ],
        key="where",
    )
    if "paywalled" in article.marks:
        st.caption(tr("The outlet keeps a part of this article for subscribers; it was not read."))
    if "live" in article.marks:
        st.caption(tr("A live blog: what it says changes through the day."))
    link = web_address(stored.url)
    if link:
        st.link_button(tr("Read the article"), link, icon=":material/open_in_new:")


def published(article: Article) -> str:
    """When an article was published: the day, and the time where the page gives one."""
    moment = article.published
    return day(moment) if moment is None or moment.time() == time.min else minute(moment)


def _country(code: str | None) -> str:
    name = Locale(current()).territories.get((code or "").upper(), code)
    return str(name or "")


def _versions(stored: StoredClaim, versions: list[Version]) -> None:
    st.subheader(tr("Versions of the article"), anchor=False)
    if len(versions) == 1:
        st.text(seen(versions[0]))
        st.caption(tr("The outlet has not changed the text since it was first read."))
        return
    claim = stored.claim
    found = history.forms(claim.quote, claim.paragraph, versions)
    before = [None, *(form.sentence for form in found)]
    for form, earlier in list(zip(found, before, strict=False))[-VERSIONS_SHOWN:]:
        with st.container(gap="xsmall", border=True):
            st.markdown(f"**{tr('Version {version}', version=number(form.version.number))}**")
            st.text(seen(form.version))
            st.text(tr(STATES[form.state]))
            if form.state == "reworded" and earlier and form.sentence:
                key = f"version_{form.version.number}"
                passage.show_change(earlier, form.sentence, stored.lang, key)
            if form.version.capture:
                st.caption(tr("Archived"))
    left = len(found) - VERSIONS_SHOWN
    if left > 0:
        st.caption(trn("{n} earlier version", "{n} earlier versions", left))


def seen(version: Version) -> str:
    """When a version stood at the article's address."""
    if version.first_seen == version.last_seen:
        return tr("Seen on {moment}", moment=minute(version.first_seen))
    return tr(
        "Seen from {first} to {last}",
        first=minute(version.first_seen),
        last=minute(version.last_seen),
    )


def _archive(stored: StoredClaim, version: Version) -> None:
    st.subheader(tr("Archived copy"), anchor=False)
    capture = version.capture
    if capture is None:
        st.write(
            tr(
                "The page of this version is not archived: the outlet forbids it, the archive "
                "was off, or the article was given without its page."
            )
        )
        return
    facts.show(
        [
            (tr("File"), capture.file),
            (tr("Byte"), str(capture.offset)),
            (tr("Digest"), capture.digest),
        ],
        key="archive",
    )
    st.write(tr("To look at the page as it was, run this where the archive lies:"))
    command = f"python -m crawler show-archive {shlex.quote(stored.url)}"
    copyable.show(command, tr("Command"), key="command", code=True)


def _story(stored: StoredClaim, store: Store) -> None:
    story = store.story(stored.claim.article_id)
    if story is None or len(story.copies) < 2:
        return
    st.subheader(tr("Same story elsewhere"), anchor=False)
    st.write(
        trn(
            "{n} article carries this text. It counts as one origin.",
            "{n} articles carry this text. They count as one origin.",
            len(story.copies),
        )
    )
    agency = load_agencies().by_key.get(story.agency or "")
    if agency:
        st.text(tr("Credited to the agency {agency}", agency=agency.label))
    others = [copy for copy in story.copies if copy.article_id != stored.claim.article_id]
    same = _same_claims(stored, others[:COPIES_SHOWN], store)
    if story.first.article_id == stored.claim.article_id:
        st.text(tr("This article was published first, by the dates that the pages give."))
    for copy in others[:COPIES_SHOWN]:
        _copy(copy, story, same.get(copy.article_id))
    left = len(others) - COPIES_SHOWN
    if left > 0:
        st.caption(trn("and {n} more article", "and {n} more articles", left))


def _same_claims(stored: StoredClaim, copies: list[Copy], store: Store) -> dict[str, str]:
    """Article -> its first claim about the same vendor and practice."""
    wanted = ClaimFilter(
        vendors=(stored.claim.vendor,),
        practices=(stored.claim.practice,),
        articles=tuple(copy.article_id for copy in copies),
    )
    return {claim.claim.article_id: claim.id for claim in reversed(store.claims(wanted))}


def _copy(copy: Copy, story: Story, claim_id: str | None) -> None:
    with st.container(border=True, gap="xsmall"):
        first = copy.article_id == story.first.article_id
        st.text(f"{copy.outlet_name} · {day(copy.published)}")
        if first:
            st.badge(tr("Published first"), icon=":material/counter_1:", color="gray")
        st.text(copy.title)
        with st.container(horizontal=True, vertical_alignment="center"):
            if claim_id:
                st.page_link(
                    CLAIM_PAGE,
                    label=tr("The claim there"),
                    icon=":material/arrow_forward:",
                    query_params={"id": claim_id},
                )
            link = web_address(copy.url)
            if link:
                st.link_button(tr("Read it"), link, type="tertiary", icon=":material/open_in_new:")


def _cite(stored: StoredClaim, version: Version) -> None:
    st.subheader(tr("Cite this claim"), anchor=False)
    address = citation.permanent_address(stored.id, st.context.url)
    st.caption(tr("Permanent address of this page"))
    copyable.show(address, tr("Permanent address of this page"), key="address")
    cited = citation.reference(stored, version)
    styles = {
        "Français": citation.sentence(cited, "fr"),
        "English": citation.sentence(cited, "en"),
        "BibTeX": citation.bibtex(cited),
        "CSL-JSON": citation.csl_json(cited),
    }
    tabs = st.tabs(list(styles), default="Français" if current() == "fr" else "English")
    for tab, (style, text) in zip(tabs, styles.items(), strict=True):
        with tab:
            code = style in ("BibTeX", "CSL-JSON")
            copyable.show(text, style, key=f"citation_{style}", code=code)


def _whole(stored: StoredClaim, article: Article) -> None:
    title = tr("The whole article, as it was read")
    whole = st.expander(title, icon=":material/article:", key="whole", on_change="rerun")
    if whole.open:
        with whole:
            passage.show_article(article, stored.claim)


def _reasons(stored: StoredClaim, codebook: Codebook) -> None:
    claim = stored.claim
    st.subheader(tr("Why the program read it so"), anchor=False)
    known = codebook.practices.get(claim.practice)
    if known:
        named = label(known.label[current()])
        st.caption(tr("{field}: {value}", field=named, value=known.definition[current()]))
    cues = [cue_line(place, cue, codebook) for place, cue in passage.numbered(claim)]
    facts.show(cues, key="cues")
    with st.container(gap="xsmall"):
        st.text(rule_line(claim.rule), help=tr(RULE_HELP))
        st.text(confidence_line(claim.confidence), help=tr(CONFIDENCE_HELP))
    st.caption(
        tr(
            "Read on {moment} by version {version}",
            moment=minute(stored.extracted_at),
            version=label(stored.extractor),
        )
    )


def rule_line(rule: str) -> str:
    """What read the practice: an expression, the encoder, or both."""
    if rule == ENCODER:
        return tr("Read by: the encoder alone; no expression matched")
    expression = rule.removesuffix(f"+{ENCODER}")
    if expression == rule:
        return tr("Read by: expression {expression}", expression=expression)
    return tr("Read by: expression {expression}, and the encoder", expression=expression)


def confidence_line(confidence: float | None) -> str:
    """A confidence in words; never 100 of 100, which no measurement shows."""
    if confidence is None:
        return tr("Confidence: not measured")
    right = min(99, round(100 * confidence))
    return tr(
        "Confidence: {confidence}; about {right} of 100 claims with this confidence are right",
        confidence=number(right / 100),
        right=right,
    )


def cue_line(place: int, cue: Cue, codebook: Codebook) -> tuple[str, str]:
    """A cue: its label in the passage, then the words and how they were read."""
    if not cue.note:
        return passage.tag(place, cue.role), tr("“{words}”", words=cue.text)
    note = note_text(cue.note, codebook)
    return passage.tag(place, cue.role), tr("“{words}” ({note})", words=cue.text, note=note)


def note_text(note: str, codebook: Codebook) -> str:
    """How a cue was read, in the reader's language; a rule's name as it is."""
    if note in NOTES:
        return tr(NOTES[note])
    if note.startswith("source: "):
        return filters.source_type_label(note.removeprefix("source: "), codebook)
    if note.startswith("stands for "):
        return tr("stands for {name}", name=note.removeprefix("stands for "))
    return note


page()
