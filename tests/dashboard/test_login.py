"""Login through a real provider in a real browser: who reads, who may not, and what is seen."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import docx
import pytest
from playwright.sync_api import Browser, Page, expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from analysis.store import ClaimFilter, Store
from tests.dashboard.conftest import free_port, serving
from tests.dashboard.invented_press import fill
from tests.dashboard.login_provider import CLIENT_ID, CLIENT_SECRET, Provider
from tests.dashboard.login_provider import serving as providing

pytestmark = pytest.mark.browser
expect.set_options(timeout=30_000)

ACCOUNTS = {
    "reviewer": {"email": "Ann@newsroom.example", "email_verified": True},
    "reader": {"email": "ben@newsroom.example", "email_verified": True},
    "stranger": {"email": "eve@newsroom.example.evil.example", "email_verified": True},
    "unverified": {"email": "ann@newsroom.example", "email_verified": False},
}
POLICY = """
readers:
  domains: [newsroom.example]
reviewers:
  emails: [ann@newsroom.example]
"""
SENTENCE = "Amazon employs people who listen to voice recordings."


@dataclass(frozen=True)
class Desk:
    """A dashboard with login, as it is served.

    Attributes:
        broken: the id of a claim whose row in the store no program can read.
        sound: that of another one.
    """

    address: str
    provider: Provider
    policy: Path
    log: Path
    broken: str
    sound: str


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("desk")
    database, policy, log = (folder / name for name in ("earshot.db", "access.yml", "log"))
    policy.write_text(POLICY)
    with Store.open(f"sqlite:///{database}") as store:
        fill(store)
        broken = store.claims(ClaimFilter(vendors=("google",), practices=("deletion",)))[0].id
        sound = store.claims(ClaimFilter(vendors=("google",), practices=("retention",)))[0].id
    with sqlite3.connect(database) as raw:
        raw.execute("UPDATE claims SET cues = 'no JSON' WHERE id = ?", (broken,))
    port = free_port()
    with providing(ACCOUNTS) as provider:
        secrets = folder / "secrets.toml"
        secrets.write_text(
            f"""[auth]
redirect_uri = "http://127.0.0.1:{port}/oauth2callback"
cookie_secret = "{"0123456789abcdef" * 4}"
client_id = "{CLIENT_ID}"
client_secret = "{CLIENT_SECRET}"
server_metadata_url = "{provider.issuer}/.well-known/openid-configuration"
"""
        )
        environment = {
            "EARSHOT_DATABASE_URL": f"sqlite:///{database}",
            "EARSHOT_ACCESS": str(policy),
        }
        with serving(port, log, environment, f"--secrets.files={secrets}") as address:
            yield Desk(address, provider, policy, log, broken, sound)


@pytest.fixture
def page(browser: Browser, desk: Desk) -> Iterator[Page]:
    context = browser.new_context(base_url=desk.address)
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()
    desk.policy.write_text(POLICY)


def log_in(page: Page, account: str, path: str = "/") -> None:
    page.goto(path)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("link", name=account, exact=True).click()


def said_to(address: str, path: str, **headers: str) -> bytes:
    """All that the server sends to a client that opens a page, without a browser's help."""
    stream = address.replace("http", "ws", 1) + "/_stcore/stream"
    asked = BackMsg()
    asked.rerun_script.page_name = path
    received = b""
    with connect(
        stream, subprotocols=["streamlit"], additional_headers=headers, max_size=None
    ) as socket:
        socket.send(asked.SerializeToString())
        while True:
            data = socket.recv(timeout=60)
            received += data
            message = ForwardMsg.FromString(data)
            if message.WhichOneof("type") == "script_finished":
                return received


def test_without_login_nothing_can_be_read(page: Page, desk: Desk) -> None:
    for path in ("/", "/claims", "/compare?cell=human_review%2Famazon", f"/claim?id={desk.broken}"):
        page.goto(path)
        expect(page.get_by_role("button", name="Log in")).to_be_visible()
        page.wait_for_selector('[data-test-script-state="notRunning"]')
        shown = page.locator("body").inner_text()
        assert not re.search("Amazon|Apple|Google|claim", shown)


def test_a_websocket_without_a_valid_cookie_is_told_nothing(desk: Desk, served: str) -> None:
    assert SENTENCE.encode() in said_to(served, "claims")
    forged = {"Origin": desk.address, "Cookie": "_streamlit_user=eyJpc19sb2dnZWRfaW4iOnRydWV9.x.y"}
    for headers in ({}, {"Origin": desk.address}, forged):
        told = said_to(desk.address, "claims", **headers)
        assert b"Log in to read" in told
        assert not re.search(rb"Amazon|Ledger|[0-9] claims", told)


def test_a_reader_comes_back_to_the_address_asked_for(page: Page, desk: Desk) -> None:
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    log_in(page, "reader", "/claims?vendor=amazon&polarity=denied")
    expect(page.get_by_text("2 claims")).to_be_visible()
    expect(page).to_have_url(f"{desk.address}/claims?vendor=amazon&polarity=denied")
    expect(page.get_by_text("ben@newsroom.example")).to_be_visible()
    ours = (desk.address, desk.provider.issuer, "data:", "blob:")
    assert [url for url in requested if not url.startswith(ours)] == []


def test_a_reader_downloads_a_request_for_word(page: Page, tmp_path: Path) -> None:
    log_in(page, "reader", "/reply?vendor=amazon")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download for Word").click()
    assert waiting.value.suggested_filename == "request-amazon.docx"
    waiting.value.save_as(tmp_path / "request.docx")
    written = [paragraph.text for paragraph in docx.Document(tmp_path / "request.docx").paragraphs]
    assert written[0] == "Request for comment: Amazon"
    assert SENTENCE in written


def test_only_a_reviewer_may_review_add_and_log(page: Page, desk: Desk) -> None:
    log_in(page, "reader", "/reply?vendor=amazon")
    expect(page.get_by_text("Nothing is logged about this company yet.")).to_be_visible()
    page.wait_for_selector('[data-test-script-state="notRunning"]')
    assert page.get_by_text("Enter a request or an answer").count() == 0
    page.goto(f"/claim?id={desk.sound}")
    expect(page.get_by_role("heading", name="Review", exact=True)).to_be_visible()
    page.wait_for_selector('[data-test-script-state="notRunning"]')
    assert page.get_by_role("button", name="Accept").count() == 0
    page.goto("/review")
    expect(page.get_by_text("Your account may read, not review.")).to_be_visible()
    page.goto("/add")
    expect(page.get_by_text("Only reviewers may add articles.")).to_be_visible()
    assert page.get_by_role("textbox").count() == 0
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_text("Log in to read")).to_be_visible()

    log_in(page, "reviewer", f"/claim?id={desk.sound}")
    expect(page.get_by_role("button", name="Accept")).to_be_visible()
    page.goto("/reply?vendor=amazon")
    page.get_by_text("Enter a request or an answer").click()
    page.get_by_label("The answer, word for word").fill("We do not comment.")
    page.get_by_role("spinbutton", name="year, Answered on").press_sequentially("20200309")
    # By keyboard: while the form unfolds, what a pointer presses moves away under it.
    page.get_by_role("button", name="Enter", exact=True).press("Enter")
    expect(page.get_by_text("The entry is in the log.")).to_be_visible()
    expect(page.get_by_text("Entered by ann@newsroom.example")).to_be_visible()
    page.goto("/add")
    expect(page.get_by_role("tab", name="Addresses")).to_be_visible()


def test_no_address_leads_to_another_site_after_the_login(page: Page, desk: Desk) -> None:
    page.goto("/")
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    page.evaluate("sessionStorage.setItem('earshot-wanted', '//evil.example/claims')")
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("link", name="reader", exact=True).click()
    expect(page.get_by_text("ben@newsroom.example")).to_be_visible()
    page.wait_for_selector('[data-test-script-state="notRunning"]')
    page.wait_for_function("sessionStorage.getItem('earshot-wanted') === null")
    assert page.url.startswith(desk.address)


@pytest.mark.parametrize(
    ("account", "said"),
    [("stranger", "has no access"), ("unverified", "does not confirm your e-mail address")],
)
def test_an_account_without_a_role_reads_nothing(page: Page, account: str, said: str) -> None:
    log_in(page, account, "/claims")
    expect(page.get_by_text(said)).to_be_visible()
    page.goto("/claims")
    expect(page.get_by_text(said)).to_be_visible()
    assert not re.search("Amazon|Apple|Google", page.locator("body").inner_text())
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_text("Log in to read")).to_be_visible()


def test_logout_ends_the_login_in_every_window(page: Page, desk: Desk) -> None:
    log_in(page, "reviewer")
    expect(page.get_by_text("ann@newsroom.example")).to_be_visible()
    other = page.context.new_page()
    other.goto("/claims")
    expect(other.get_by_text("9 claims")).to_be_visible()
    cookies = page.context.cookies()
    before = len(desk.provider.logged_out)
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    assert len(desk.provider.logged_out) == before + 1
    other.get_by_label("Words").fill("alexa")
    other.get_by_label("Words").press("Enter")
    expect(other.get_by_text("Your login has ended.")).to_be_visible()
    page.context.add_cookies(cookies)
    page.goto("/claims")
    expect(page.get_by_text("Your login has ended.")).to_be_visible()


def test_a_page_closes_itself_when_the_login_ends(page: Page, desk: Desk) -> None:
    log_in(page, "reader", "/claims")
    expect(page.get_by_text("9 claims")).to_be_visible()
    desk.policy.write_text(f"{POLICY}hours: {30 / 3600}\n")
    page.reload()
    expect(page.get_by_text("9 claims")).to_be_visible()
    expect(page.get_by_text("Your login has ended.")).to_be_visible(timeout=60_000)
    expect(page).to_have_url(f"{desk.address}/claims")


def test_a_page_that_fails_says_so_without_a_trace(page: Page, desk: Desk) -> None:
    log_in(page, "reader", f"/claim?id={desk.broken}")
    expect(page.get_by_text("Something went wrong on this page.")).to_be_visible()
    expect(page.get_by_text("under the reference")).to_be_visible()
    shown = page.locator("body").inner_text()
    assert not re.search(r"Traceback|Error\b|\.py|sqlite|JSON", shown)
    reference = re.search(r"reference ([0-9a-f]{8})", shown)
    assert reference
    logged = desk.log.read_text(errors="replace")
    assert f"reference {reference[1]}" in logged
    assert "JSONDecodeError" in logged.partition(reference[1])[2]


def test_a_file_of_roles_that_is_broken_lets_nobody_in(page: Page, desk: Desk) -> None:
    log_in(page, "reviewer", "/claims")
    expect(page.get_by_text("9 claims")).to_be_visible()
    desk.policy.write_text("reviewers: [everybody]\n")
    page.goto("/claims")
    expect(page.get_by_text("settings have an error")).to_be_visible()
    shown = page.locator("body").inner_text()
    assert str(desk.policy) not in shown
    assert "everybody" not in shown
