from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from analysis.dashboard.address import LISTS, read, write
from analysis.store import ClaimFilter

values = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20).filter(
    lambda text: text.isprintable() and text == text.strip()
)
filters = st.builds(
    ClaimFilter,
    **{field: st.lists(values, unique=True, max_size=3).map(tuple) for field in LISTS.values()},
    date_from=st.none() | st.dates(),
    date_to=st.none() | st.dates(),
    text=st.just("") | values,
)


@given(filters)
def test_a_filter_survives_its_address(wanted: ClaimFilter) -> None:
    asked = read(write(wanted))
    assert asked.wanted == wanted
    assert asked.unreadable == ()


def test_only_what_narrows_is_written() -> None:
    assert write(ClaimFilter()) == {}
    wanted = ClaimFilter(vendors=("apple", "google"), date_from=date(2019, 4, 12), text="siri")
    assert write(wanted) == {"vendor": ["apple", "google"], "from": ["2019-04-12"], "q": ["siri"]}


def test_an_unknown_value_is_kept_so_that_the_filter_does_not_widen() -> None:
    assert read({"vendor": ["nobody"]}).wanted.vendors == ("nobody",)


def test_a_date_that_is_none_is_named() -> None:
    asked = read({"from": ["12/04/2019"], "to": ["2019-05-01"]})
    assert asked.unreadable == ("from",)
    assert asked.wanted == ClaimFilter(date_to=date(2019, 5, 1))


def test_repeats_blanks_controls_and_excess_are_dropped() -> None:
    asked = read({"vendor": ["apple", "apple", " ", "goo\x00gle"], "q": ["x" * 5000], "z": ["1"]})
    assert asked.wanted.vendors == ("apple", "google")
    assert len(asked.wanted.text) == 200
    assert len(read({"outlet": [str(n) for n in range(1000)]}).wanted.outlets) == 100
