"""One claim by its address: the sentence in its paragraph, whose word it is, and why."""

from __future__ import annotations

import streamlit as st

from analysis.codebook import Codebook
from analysis.dashboard import evidence, filters, frames, passage
from analysis.dashboard.text import day, label, minute, web_address
from analysis.records import Article, Cue
from analysis.store import StoredClaim

ENCODER = "encoder"
CUE_ROLES = {
    "practice": "Practice",
    "vendor": "Vendor",
    "source": "Source",
    "polarity": "Affirmed or denied",
    "certainty": "Certainty",
}
CONFIDENCE_HELP = (
    "How probable it is that a person who checks finds this company and this practice stated "
    "in the sentence. It does not speak of the rest: affirmed or denied, certain or not, and "
    "who says it."
)
RULE_HELP = (
    "An expression is wording listed in the program’s vocabulary. The encoder is a model that "
    "was trained on sentences coded by people; it can read wording that no list has."
)


def page() -> None:
    """Draws the page."""
    claim_id = st.query_params.get("id", "")
    if not claim_id:
        _nothing("This address names no claim.")
        return
    store, codebook = frames.store(), frames.codebook()
    stored = store.claim(claim_id)
    article = store.article(stored.claim.article_id, stored.last_version) if stored else None
    if stored is None or article is None:
        _nothing("This store has no such claim. The link may come from another store.")
        return
    claim = stored.claim
    st.title(
        f"{label(codebook.vendor_label(claim.vendor))} · "
        f"{label(codebook.practice_label(claim.practice))}",
        anchor=False,
    )
    evidence.chips(stored, codebook)
    _standing(stored)
    text, facts = st.columns([3, 2], gap="large")
    with text:
        with st.container(border=True):
            passage.show(article, claim)
        _reasons(stored, codebook)
    with facts:
        _source(stored, article, codebook)
    st.page_link(
        "analysis/dashboard/compare.py",
        label="This vendor and practice in the comparison",
        icon=":material/grid_on:",
        query_params={"cell": f"{claim.practice}/{claim.vendor}"},
    )


def _nothing(reason: str) -> None:
    st.title("Claim", anchor=False)
    st.write(reason)
    st.page_link(
        "analysis/dashboard/claims.py", label="All claims", icon=":material/format_list_bulleted:"
    )


def _standing(stored: StoredClaim) -> None:
    """Warns where the claim no longer counts."""
    if stored.withdrawn is not None:
        st.warning(
            f"Withdrawn on {day(stored.withdrawn)}: the program no longer reads this sentence so. "
            "The claim is not counted.",
            icon=":material/history:",
        )
    elif not stored.current:
        st.warning(
            f"The outlet has edited this article since: the sentence stood in version "
            f"{stored.last_version} of {stored.current_version}. The claim is not counted.",
            icon=":material/history:",
        )


def _source(stored: StoredClaim, article: Article, codebook: Codebook) -> None:
    claim = stored.claim
    st.subheader("Who says it", anchor=False)
    st.write(label(filters.source_type_label(claim.source_type, codebook)))
    if claim.source:
        st.text(f"“{claim.source}”")
    st.subheader("Where it stands", anchor=False)
    st.text(f"{stored.outlet_name} · {day(stored.published)}")
    if article.authors:
        st.text(f"By {', '.join(article.authors)}")
    if "paywalled" in article.marks:
        st.caption("The outlet keeps a part of this article for subscribers; it was not read.")
    if "live" in article.marks:
        st.caption("A live blog: what it says changes through the day.")
    if stored.current_version > 1:
        st.caption(f"Version {stored.last_version} of {stored.current_version} of this article")
    link = web_address(stored.url)
    if link:
        st.link_button("Read the article", link, icon=":material/open_in_new:")
    st.text(stored.url)


def _reasons(stored: StoredClaim, codebook: Codebook) -> None:
    claim = stored.claim
    st.subheader("Why the program read it so", anchor=False)
    known = codebook.practices.get(claim.practice)
    if known:
        st.caption(f"{label(known.label['en'])}: {known.definition['en']}")
    for number, cue in enumerate(claim.cues, start=1):
        st.text(cue_line(number, cue))
    st.text(rule_line(claim.rule), help=RULE_HELP)
    st.text(confidence_line(claim.confidence), help=CONFIDENCE_HELP)
    if claim.product:
        st.text(f"Product: {claim.product}")
    st.caption(f"Read on {minute(stored.extracted_at)} by version {label(stored.extractor)}")


def rule_line(rule: str) -> str:
    """What read the practice: an expression, the encoder, or both."""
    if rule == ENCODER:
        return "Read by: the encoder alone; no expression matched"
    expression = rule.removesuffix(f"+{ENCODER}")
    also = "" if expression == rule else ", and the encoder"
    return f"Read by: expression {expression}{also}"


def confidence_line(confidence: float | None) -> str:
    """A confidence in words; never 100 of 100, which no measurement shows."""
    if confidence is None:
        return "Confidence: not measured"
    right = min(99, round(100 * confidence))
    return (
        f"Confidence: {right / 100:.2f}; about {right} of 100 claims with this confidence are right"
    )


def cue_line(number: int, cue: Cue) -> str:
    """A cue as a line: its number in the passage, what it decided, the words, how read."""
    note = f" ({cue.note})" if cue.note else ""
    return f"{number}  {CUE_ROLES.get(cue.role, cue.role)}: “{cue.text}”{note}"


page()
