"""Who says what: pairs that contradict each other, voices by practice, words that turned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import streamlit as st

from analysis.codebook import Codebook
from analysis.contradictions import (
    COMPANY,
    NEAR_DAYS,
    REASSURANCES,
    Pair,
    Turn,
    admits,
    pairs,
    turns,
)
from analysis.dashboard import access, evidence, filters, frames, passage, voices
from analysis.dashboard.empty import empty_store
from analysis.dashboard.filters import source_type_label
from analysis.dashboard.language import current, day, mark, number, tr, trn
from analysis.dashboard.text import label
from analysis.pairs_csv import pairs_csv
from analysis.store import ClaimFilter, StoredClaim
from analysis.table import ClaimTable
from analysis.voices import Voice
from analysis.voices import voices as heard_of

PAGE_SIZE = 5
EACH_SUBJECT = 3
LATER = 50  # later statements of a company that are read for an admission, of each practice
KEPT = 50  # filters of which what was found is kept
VENDOR = "says_vendor"
FILE = "contradictions.csv"
CONTRADICTIONS = mark("Contradictions")
VOICES = mark("Practice by practice")
TURNS = mark("Denied, then admitted")
RULE = (
    mark(
        "A pair is a company’s own word that reassures (that nobody listens, that recordings are "
        "anonymous, that they serve no advertising) and somebody else’s word to the contrary: "
        "a worker’s, another outlet’s, a regulator’s, a researcher’s, an association’s or a user’s."
    ),
    mark(
        "Both speak of the same company and the same practice, neither is hedged, and the program "
        "is fairly sure of both. They stand in one story, or were published at most {days} days "
        "apart: what was said later may be about a practice that has changed. The journalist’s "
        "own voice makes no pair, nor do practices of which a yes and a no are often both true "
        "(which recordings are deleted, which settings there are) or that are separate cases "
        "(lawsuits, leaks, requests of the police)."
    ),
    mark(
        "The strongest come first: those that were read with the most confidence, that stand in "
        "one story or close in time, and that the most independent stories of these weeks tell. "
        "A statement that a person has accepted counts as certain. Each statement stands in one "
        "pair only."
    ),
    mark(
        "Of the ten pairs that this rule lists in 65 coded articles, eight were contradictions "
        "when a person read them; in the other two the answer went past the finding. Accusations "
        "are hedged, so many disputes are not listed here: look for them in the table below."
    ),
)


# A pair with the ids of its claims, which outlive the table that its positions are of.
Listed = tuple[Pair, str, str]


def page() -> None:
    """Draws the page."""
    st.title(tr("Who says what"), anchor=False)
    if empty_store(frames.overview()):
        return
    codebook = frames.codebook()
    st.write(
        tr(
            "What companies say of themselves, against what workers, other media, regulators, "
            "researchers, associations and users say of them."
        )
    )
    wanted = filters.bar(frames.facets(), codebook, first=("vendor", "practice"))
    if not frames.count_claims(wanted):
        st.info(tr("No claim passes these filters."), icon=":material/filter_alt_off:")
        filters.clear_button()
        return
    _contents()
    listed = _contradictions(wanted, codebook)
    vendor = _vendor(wanted, listed, codebook)
    _voices(vendor, wanted, codebook)
    _turns(vendor, wanted, codebook)


def _contents() -> None:
    parts = {
        "contradictions": tr(CONTRADICTIONS),
        "voices": tr(VOICES),
        "turns": tr(TURNS),
    }
    st.markdown(" · ".join(f"[{title}](#{anchor})" for anchor, title in parts.items()))


def _contradictions(wanted: ClaimFilter, codebook: Codebook) -> list[Listed]:
    st.header(tr(CONTRADICTIONS), anchor="contradictions")
    narrow = len(wanted.vendors) == 1 and len(wanted.practices) == 1
    each_subject = None if narrow else EACH_SUBJECT
    listed = _listed(*_state(), _with_company(wanted), each_subject)
    if listed:
        _above(listed, narrow, codebook)
    else:
        st.info(tr("No two statements that pass the filters contradict each other by this rule."))
        if wanted.polarities or wanted.certainties:
            st.caption(
                tr(
                    "A pair takes an affirmed and a denied statement, both certain: filters on "
                    "these leave none."
                )
            )
    with st.expander(tr("How pairs are found, and how often they are right")):
        for text in RULE:
            st.write(tr(text, days=NEAR_DAYS))
    pages = max(1, -(-len(listed) // PAGE_SIZE))
    shown = filters.page_number(pages)
    first = (shown - 1) * PAGE_SIZE
    _cards(listed[first : first + PAGE_SIZE], first + 1, codebook)
    filters.pagination(shown, pages)
    return listed


def _above(listed: Sequence[Listed], narrow: bool, codebook: Codebook) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        counted = trn("{n} pair, strongest first", "{n} pairs, strongest first", len(listed))
        st.markdown(f"**{counted}**")
        st.download_button(
            tr("Download"),
            data=access.while_allowed(partial(_file, tuple(listed), codebook)),
            file_name=FILE,
            mime="text/csv",
            on_click="ignore",
            icon=":material/download:",
        )
    if not narrow:
        st.caption(
            tr(
                "At most {n} of each company and practice: choose one company and one practice "
                "to see all of theirs.",
                n=EACH_SUBJECT,
            )
        )


def _cards(listed: Sequence[Listed], first: int, codebook: Codebook) -> None:
    for rank, (pair, company, other) in enumerate(_claims_of(listed), start=first):
        _card(rank, pair, company, other, codebook)


def _claims_of(listed: Sequence[Listed]) -> list[tuple[Pair, StoredClaim, StoredClaim]]:
    """The pairs with their claims; those that a claim has been lost of meanwhile are left out."""
    found = _by_id([key for _, *ids in listed for key in ids])
    return [
        (pair, found[company], found[other])
        for pair, company, other in listed
        if company in found and other in found
    ]


def _by_id(ids: Sequence[str]) -> dict[str, StoredClaim]:
    return {stored.id: stored for stored in frames.store().claims_by_id(ids)}


def _card(
    rank: int, pair: Pair, company: StoredClaim, other: StoredClaim, codebook: Codebook
) -> None:
    vendor = label(codebook.vendor_label(pair.vendor))
    practice = label(codebook.practice_label(pair.practice, current()))
    with st.container(border=True, gap="small"):
        st.subheader(f"{number(rank)}. {vendor} · {practice}", anchor=False)
        with st.container(horizontal=True, gap="xsmall"):
            st.badge(_apart(pair), color="violet", icon=":material/compare_arrows:")
            st.badge(
                tr("Strength {share} of 100", share=number(round(100 * pair.strength))),
                color="gray",
                icon=":material/signal_cellular_alt:",
            )
        left, right = st.columns(2, gap="large")
        with left:
            _side(company, tr("{company} says", company=vendor), pair.company_stories)
        with right:
            who = label(source_type_label(other.claim.source_type, codebook))
            _side(other, tr("Against it: {who}", who=who), pair.other_stories)


def _apart(pair: Pair) -> str:
    if pair.same_story:
        return tr("In one story")
    if not pair.days:
        return tr("On the same day")
    return trn("{n} day apart", "{n} days apart", pair.days)


def _side(stored: StoredClaim, heading: str, stories: int) -> None:
    st.markdown(f"**{heading}** · {tr(filters.POLARITY_LABELS[stored.claim.polarity])}")
    _statement(stored, CONTRADICTIONS)
    st.caption(
        trn(
            "{n} independent story of these weeks says so",
            "{n} independent stories of these weeks say so",
            stories,
        )
    )


def _statement(stored: StoredClaim, part: str) -> None:
    passage.show_quote(stored.claim, stored.lang, key=f"{part}_{stored.id}")
    st.text(evidence.source_line(stored))
    st.page_link(
        evidence.CLAIM_PAGE,
        label=tr("Open this claim"),
        icon=":material/arrow_forward:",
        icon_position="right",
        query_params={"id": stored.id},
    )


def _vendor(wanted: ClaimFilter, listed: Sequence[Listed], codebook: Codebook) -> str:
    """The company that the rest of the page is about; choosing another one filters by it."""
    known = list(frames.facets().vendors)
    chosen = (*wanted.vendors, *(pair.vendor for pair, *_ in listed), *known)[0]
    st.header(tr(VOICES), anchor="voices")
    st.session_state[VENDOR] = chosen
    st.selectbox(
        tr("Company"),
        list(dict.fromkeys((chosen, *known))),
        format_func=codebook.vendor_label,
        key=VENDOR,
        on_change=_choose,
        width=320,
    )
    return chosen


def _choose() -> None:
    st.query_params["vendor"] = st.session_state[VENDOR]
    st.query_params.pop(filters.PAGE, None)


def _voices(vendor: str, wanted: ClaimFilter, codebook: Codebook) -> None:
    heard = _heard(*_state(), wanted, vendor)
    if not heard:
        st.info(tr("No claim about this company passes the filters."))
        return
    st.write(
        tr(
            "In how many independent stories each says that the company does a thing (affirm) "
            "or does not (deny), and from when to when. Choose a cell to read the sentences."
        )
    )
    voices.show(heard, vendor, wanted, codebook)


def _turns(vendor: str, wanted: ClaimFilter, codebook: Codebook) -> None:
    name = label(codebook.vendor_label(vendor))
    st.header(tr(TURNS), anchor="turns")
    st.caption(
        tr(
            "The company first reassured, and in a later story said the opposite in words that "
            "the article calls an admission: “admitted”, “acknowledged”, “conceded”. Neither is "
            "hedged, and the company had not said so before."
        )
    )
    found = _admitted(_turned(*_state(), _with_company(wanted), vendor), codebook)
    if not found:
        st.write(tr("No such turn of {company} in what passes the filters.", company=name))
    for practice, before, after in found:
        with st.container(border=True, gap="small"):
            st.subheader(
                f"{name} · {label(codebook.practice_label(practice, current()))}", anchor=False
            )
            left, right = st.columns(2, gap="large")
            for column, stored in ((left, before), (right, after)):
                with column:
                    said = tr(filters.POLARITY_LABELS[stored.claim.polarity])
                    st.markdown(f"**{day(stored.published)}** · {said}")
                    _statement(stored, TURNS)


def _admitted(
    turned: Sequence[tuple[str, str, tuple[str, ...]]], codebook: Codebook
) -> list[tuple[str, StoredClaim, StoredClaim]]:
    """Practice, first reassurance and first admission after it, where there is one."""
    claims = _by_id([key for _, before, after in turned for key in (before, *after)])
    found = []
    for practice, before, after in turned:
        later = (claims[key] for key in after if key in claims)
        admission = next((s for s in later if admits(s.claim, s.lang, codebook)), None)
        if admission and before in claims:
            found.append((practice, claims[before], admission))
    return found


def _with_company(wanted: ClaimFilter) -> ClaimFilter:
    """The filter, the company's own word always among those who say it."""
    if not wanted.source_types:
        return wanted
    return replace(wanted, source_types=(*wanted.source_types, COMPANY))


def _state() -> tuple[ClaimTable, str, int]:
    """The claims, and what tells this state of them from another: what is counted is kept by it."""
    table = frames.table()
    return table, frames.store().address, table.change


def _file(listed: Sequence[Listed], codebook: Codebook) -> bytes:
    return pairs_csv(_claims_of(listed), codebook)


@st.cache_data(max_entries=KEPT, show_spinner=False)
def _listed(
    _table: ClaimTable, address: str, change: int, wanted: ClaimFilter, each_subject: int | None
) -> list[Listed]:
    # Of a million claims, those of other practices are left out before they are copied.
    practices = tuple(key for key in wanted.practices or REASSURANCES if key in REASSURANCES)
    if not practices:
        return []
    found = pairs(_table.rows(replace(wanted, practices=practices)), each_subject)
    companies = _table.claim_ids([pair.company for pair in found])
    others = _table.claim_ids([pair.other for pair in found])
    return list(zip(found, companies, others, strict=True))


@st.cache_data(max_entries=KEPT, show_spinner=False)
def _heard(
    _table: ClaimTable, address: str, change: int, wanted: ClaimFilter, vendor: str
) -> dict[tuple[str, str], Voice]:
    return heard_of(_table.rows(replace(wanted, vendors=(vendor,))), vendor)


@st.cache_data(max_entries=KEPT, show_spinner=False)
def _turned(
    _table: ClaimTable, address: str, change: int, wanted: ClaimFilter, vendor: str
) -> list[tuple[str, str, tuple[str, ...]]]:
    """By practice the ids of the first reassurance and of the later statements against it."""

    def ids(turn: Turn) -> tuple[str, str, tuple[str, ...]]:
        before, *after = _table.claim_ids([turn.before, *turn.after[:LATER]])
        return turn.practice, before, tuple(after)

    rows = _table.rows(replace(wanted, vendors=(vendor,)))
    return [ids(turn) for turn in turns(rows, vendor)]


page()
