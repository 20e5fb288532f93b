"""The dashboard's list of pages. Start it with `streamlit run app.py`."""

from pathlib import Path

import streamlit as st

from analysis.dashboard import access, memory, switch
from analysis.dashboard.empty import failure, trouble
from analysis.dashboard.language import current, speaking, tr
from analysis.errors import EarshotError

DASHBOARD = Path(__file__).parent / "analysis" / "dashboard"

# Pictures of our own: a Material icon here would be fetched from a server of Google.
st.set_page_config(page_title="Earshot", page_icon=DASHBOARD / "icon.svg", layout="wide")
st.logo(DASHBOARD / "logo.svg", size="large")
st.html(DASHBOARD / "look.css")
switch.show()
allowed = access.gate()
# Streamlit puts what has no room in the bar under a word of its own, in English: so, a menu.
page = st.navigation(
    {
        "": [
            st.Page(
                "analysis/dashboard/overview.py",
                title=tr("Overview"),
                icon=":material/home:",
                url_path="",
                default=True,
            ),
            st.Page(  # the first page is at "/" alone; its name is what people try
                "analysis/dashboard/overview.py",
                title=tr("Overview"),
                url_path="overview",
                visibility="hidden",
            ),
            st.Page(
                "analysis/dashboard/compare.py",
                title=tr("Compare"),
                icon=":material/grid_on:",
                url_path="compare",
            ),
            st.Page(
                "analysis/dashboard/says.py",
                title=tr("Who says what"),
                icon=":material/record_voice_over:",
                url_path="says",
            ),
            st.Page(
                "analysis/dashboard/timeline.py",
                title=tr("Timeline"),
                icon=":material/timeline:",
                url_path="timeline",
            ),
            st.Page(
                "analysis/dashboard/claims.py",
                title=tr("Claims"),
                icon=":material/format_quote:",
                url_path="claims",
            ),
            st.Page(
                "analysis/dashboard/search.py",
                title=tr("Search"),
                icon=":material/search:",
                url_path="search",
            ),
            st.Page(
                "analysis/dashboard/claim.py",
                title=tr("Claim"),
                icon=":material/article:",
                url_path="claim",
                visibility="hidden",
            ),
        ],
        tr("Desk"): [
            st.Page(
                "analysis/dashboard/review_queue.py",
                title=tr("Review"),
                icon=":material/rate_review:",
                url_path="review",
            ),
            st.Page(
                "analysis/dashboard/reply_page.py",
                title=tr("Right of reply"),
                icon=":material/contact_mail:",
                url_path="reply",
            ),
            st.Page(
                "analysis/dashboard/coverage.py",
                title=tr("Coverage"),
                icon=":material/map_search:",
                url_path="coverage",
            ),
            st.Page(
                "analysis/dashboard/add.py",
                title=tr("Add articles"),
                icon=":material/add_circle:",
                url_path="add",
            ),
        ],
    },
    position="top" if allowed else "hidden",
)
if allowed:
    st.set_page_config(page_title=f"{page.title} · Earshot")
    try:
        with speaking(current()):
            page.run()
        memory.settle(page.url_path)
    except EarshotError as error:
        trouble(error)
    except Exception as error:  # noqa: BLE001 - logged, and never shown
        failure(error, tr("Something went wrong on this page. Load it again, or try another."))
