import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.dashboard.text import label, web_address
from tests.dashboard.invented_press import HOSTILE

MARKUP = set('*_`#[]()<>{}|~$\\:!/@.+="\n\r\t;%^')


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("Amazon", "Amazon"),
        ("L’Œil du Web", "L’Œil du Web"),
        ("Toys & Co", "Toys & Co"),
        ("Ecovacs-Deebot", "Ecovacs-Deebot"),
        (":red[alarm]", "red alarm"),
        ("**bold** $x$ <b>", "bold x b"),
        ("[go](https://evil.example)", "go https evil example"),
        (":material/star: :smile:", "material star smile"),
        ("a -- b --- c->d", "a b c- d"),
        ("- item", "item"),
        ("two\n# lines", "two lines"),
    ],
)
def test_label_keeps_names_and_drops_markup(given_name: str, shown: str) -> None:
    assert label(given_name) == shown


@given(st.text() | st.text(alphabet="*_`#[]()<>$:\\-&;abc \n|!~"))
def test_label_holds_no_markup_and_is_stable(text: str) -> None:
    shown = label(text)
    assert not MARKUP & set(shown)
    assert "--" not in shown
    assert not shown.startswith(("-", " "))
    assert label(shown) == shown


def test_label_of_hostile_text() -> None:
    assert not MARKUP & set(label(HOSTILE))


@pytest.mark.parametrize(
    "url",
    [
        "https://ledger.example/a?b=c&d=%20#e",
        "http://127.0.0.1:8641/tech/x",
        "https://journal.example/écoute",
    ],
)
def test_web_address_accepts_pages(url: str) -> None:
    assert web_address(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,<b>x</b>",
        "file:///etc/passwd",
        "ftp://ledger.example/a",
        "//ledger.example/a",
        "https:///nowhere",
        "https://apple.example@evil.example/",
        "https://ledger.example/a b",
        "https://ledger.example/\nb",
        "https:\\\\evil.example",
        "https://[broken",
        "",
    ],
)
def test_web_address_refuses_everything_else(url: str) -> None:
    assert web_address(url) is None
