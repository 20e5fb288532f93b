"""Correcting a claim: its fields as widgets, and what changes in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from analysis.codebook import Codebook
from analysis.dashboard import filters, frames
from analysis.dashboard.language import current, mark, tr
from analysis.records import CERTAINTIES, POLARITIES, SOURCE_TYPES, Claim
from analysis.store import CLAIM_FIELDS, StoredClaim

LONGEST_FIELD = 500
FIELD_TITLES = {
    "vendor": mark("Vendor"),
    "product": mark("Product"),
    "practice": mark("Practice"),
    "polarity": mark("Affirmed or denied"),
    "certainty": mark("Certainty"),
    "source_type": mark("Kind of source"),
    "source": mark("Words that name the source"),
}
_OTHER = "other:"


def correction_form(
    stored: StoredClaim,
    save: Callable[[Mapping[str, str | None]], None],
    cancel: Callable[[], None],
    complain: Callable[[str], None],
) -> None:
    """The claim's fields to correct; `save` is called with those that change the reading."""
    codebook, claim = frames.codebook(), stored.claim

    def saved() -> None:
        given = {name: _given(stored, name, codebook) for name in CLAIM_FIELDS}
        read = stored.as_read or claim
        correction = changes(read, given)
        if not correction:
            complain(tr("Nothing is changed: accept the claim, or change a field."))
            return
        moved = not correction.keys().isdisjoint(("vendor", "practice"))
        subject = given["vendor"], given["practice"]
        others = frames.store().same_sentence(stored.id) if moved else []
        if any((other.claim.vendor, other.claim.practice) == subject for other in others):
            complain(
                tr(
                    "Another claim already says this of the same sentence. Reject this one "
                    "instead, so that it does not count twice."
                )
            )
            return
        save(correction)

    with st.form(widget_key(stored.id, "form")):
        with st.grid(2, gap=("xsmall", "small"), min_column_width=220):
            for name in CLAIM_FIELDS:
                _field(stored, name, codebook)
        with st.container(horizontal=True, gap="xsmall"):
            st.form_submit_button(
                tr("Save the correction"),
                type="primary",
                icon=":material/save:",
                on_click=saved,
            )
            st.form_submit_button(tr("Cancel"), type="tertiary", on_click=cancel)


def _field(stored: StoredClaim, name: str, codebook: Codebook) -> None:
    value: str | None = getattr(stored.claim, name)
    known = {
        "vendor": tuple(codebook.vendors),
        "practice": tuple(codebook.practices),
        "polarity": POLARITIES,
        "certainty": CERTAINTIES,
        "source_type": SOURCE_TYPES,
    }.get(name)
    key, title = widget_key(stored.id, name), tr(FIELD_TITLES[name])
    if known is None:
        longest = max(LONGEST_FIELD, len(value or ""))
        st.text_input(title, value or "", key=key, max_chars=longest)
        return
    options = list(dict.fromkeys((*known, str(value))))
    st.selectbox(
        title,
        options,
        index=options.index(str(value)),
        key=key,
        format_func=lambda one: field_text(name, one, codebook),
        accept_new_options=name == "vendor",
        help=tr("Choose one, or write the name of another company") if name == "vendor" else None,
    )


def _given(stored: StoredClaim, name: str, codebook: Codebook) -> str | None:
    before: str | None = getattr(stored.claim, name)
    value = " ".join(str(st.session_state.get(widget_key(stored.id, name)) or "").split())
    if value == " ".join((before or "").split()):
        return before
    if name == "vendor" and value:
        return vendor_key(value, codebook)
    return value or None


def vendor_key(given: str, codebook: Codebook) -> str:
    """The key of a vendor that was chosen or written: "other:" and the name for a new one."""
    if given in codebook.vendors:
        return given
    by_name = {vendor.label.casefold(): key for key, vendor in codebook.vendors.items()}
    name = given.removeprefix(_OTHER).strip().lower()[: LONGEST_FIELD - len(_OTHER)]
    return by_name.get(given.casefold()) or _OTHER + name


def fields_of(claim: Claim) -> dict[str, str | None]:
    """The fields of a claim that a reviewer can correct."""
    return {name: getattr(claim, name) for name in CLAIM_FIELDS}


def changes(claim: Claim, others: Mapping[str, str | None]) -> dict[str, str | None]:
    """Those of some fields that differ from the claim's."""
    return {name: value for name, value in others.items() if value != getattr(claim, name)}


def field_text(name: str, value: str | None, codebook: Codebook) -> str:
    """A field's value as a reader sees it."""
    if not value:
        return tr("none")
    if name == "vendor":
        return codebook.vendor_label(value)
    if name == "practice":
        return codebook.practice_label(value, current())
    if name == "source_type":
        return filters.source_type_label(value, codebook)
    known = filters.POLARITY_LABELS | filters.CERTAINTY_LABELS
    return tr(known[value]) if name in ("polarity", "certainty") and value in known else value


def widget_key(claim_id: str, name: str) -> str:
    """The key of a widget that belongs to one claim."""
    return f"review_{claim_id}_{name}"
