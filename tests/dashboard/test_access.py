"""The gate in AppTest: what settings open it, and what it says where it stays shut."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.dashboard.conftest import ROOT

AUTH = {
    "redirect_uri": "https://earshot.newsroom.example/oauth2callback",
    "cookie_secret": "0123456789abcdef" * 2,
    "client_id": "earshot",
    "client_secret": "secret",
    "server_metadata_url": "https://login.example/.well-known/openid-configuration",
}
SECRETS = {"auth": AUTH}
BEN = {"is_logged_in": True, "email": "ben@newsroom.example", "email_verified": True}
Open = Callable[..., AppTest]


@pytest.fixture
def policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "access.yml"
    path.write_text("readers: {domains: [newsroom.example]}\n", encoding="utf-8")
    monkeypatch.setenv("EARSHOT_ACCESS", str(path))
    return path


@pytest.fixture
def opened(filled_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    monkeypatch.setenv("EARSHOT_DATABASE_URL", filled_url)

    def open_app(
        secrets: dict[str, Any] | None = None, user: dict[str, Any] | None = None
    ) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        for name, value in (secrets or {}).items():
            app.secrets[name] = value
        app.user = user or {}
        return app.run()

    yield open_app
    st.cache_data.clear()
    st.cache_resource.clear()


def is_open(app: AppTest) -> bool:
    assert not app.exception
    return bool(app.metric)


def said(app: AppTest) -> str:
    return "\n".join(e.value for e in (*app.error, *app.warning, *app.markdown, *app.text))


def test_without_login_this_machine_reads(opened: Open) -> None:
    assert is_open(opened())


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.168.1.5", "earshot.example", None])
def test_without_login_other_machines_read_nothing(opened: Open, address: str | None) -> None:
    before = st.get_option("server.address")
    st.config.set_option("server.address", address)
    try:
        app = opened()
        assert not is_open(app)
        assert "other machines can reach this server" in said(app)
        assert "EARSHOT_ACCESS=off" in said(app)
    finally:
        st.config.set_option("server.address", before)


def test_a_server_may_be_opened_to_everybody_on_purpose(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EARSHOT_ACCESS", "off")
    before = st.get_option("server.address")
    st.config.set_option("server.address", "0.0.0.0")
    try:
        assert is_open(opened())
    finally:
        st.config.set_option("server.address", before)


def test_a_reader_is_let_in_by_name(opened: Open, policy: Path) -> None:
    app = opened(SECRETS, {**BEN, "iat": time.time()})
    assert is_open(app)
    assert "ben@newsroom.example" in said(app)
    assert app.button(key="logout")


@pytest.mark.parametrize(
    ("user", "shown"),
    [
        ({}, "Log in to read"),
        ({**BEN, "is_logged_in": False, "iat": time.time()}, "Log in to read"),
        ({**BEN, "is_logged_in": "true", "iat": time.time()}, "Your login has ended."),
        ({**BEN, "iat": time.time() - 13 * 3600}, "Your login has ended."),
        ({**BEN, "iat": time.time(), "email_verified": False}, "does not confirm"),
        ({**BEN, "iat": time.time(), "email": "eve@evil.example"}, "has no access"),
    ],
)
def test_nobody_else_is(opened: Open, policy: Path, user: dict[str, Any], shown: str) -> None:
    app = opened(SECRETS, user)
    assert not is_open(app)
    assert shown in said(app)


def test_a_download_ends_with_the_access(
    policy: Path, monkeypatch: pytest.MonkeyPatch, filled_url: str
) -> None:
    """Streamlit makes a file when it is asked for, outside of the page and its gate."""
    monkeypatch.setenv("EARSHOT_DATABASE_URL", filled_url)

    def page() -> None:
        import streamlit as st

        from analysis.dashboard import access

        made = st.session_state.setdefault("file", access.while_allowed(lambda: b"every claim"))
        try:
            st.text(made().decode())
        except PermissionError as error:
            st.error(str(error))

    app = AppTest.from_function(page)
    app.secrets["auth"] = AUTH
    app.user = {**BEN, "iat": time.time()}
    assert app.run().text[0].value == "every claim"
    policy.write_text("readers: {emails: [ann@newsroom.example]}\n", encoding="utf-8")
    os.utime(policy, (1, 1))
    assert "after the login had ended" in app.run().error[0].value


def without(key: str) -> dict[str, Any]:
    return {"auth": {name: value for name, value in AUTH.items() if name != key}}


@pytest.mark.parametrize(
    ("secrets", "logged"),
    [
        ({}, "needs a login provider"),
        ({"other": {"key": "value"}}, "needs a login provider"),
        (without("client_secret"), "[auth] has no client_secret"),
        (without("cookie_secret"), "[auth] has no cookie_secret"),
        ({"auth": {**AUTH, "cookie_secret": "xxx"}}, "too short"),
        ({"auth": {**AUTH, "redirect_uri": "https://earshot.example/"}}, "/oauth2callback"),
        (
            {"auth": {**AUTH, "redirect_uri": "http://earshot.example/oauth2callback"}},
            "redirect_uri must begin with https://",
        ),
        (
            {"auth": {**AUTH, "server_metadata_url": "http://login.example/x"}},
            "server_metadata_url must begin with https://",
        ),
    ],
)
def test_settings_that_leave_a_door_open_shut_them_all(
    opened: Open,
    policy: Path,
    caplog: pytest.LogCaptureFixture,
    secrets: dict[str, Any],
    logged: str,
) -> None:
    app = opened(secrets, {**BEN, "iat": time.time()})
    assert not is_open(app)
    assert "settings have an error" in said(app)
    assert logged in caplog.text


def test_a_login_without_roles_lets_nobody_in(
    opened: Open, caplog: pytest.LogCaptureFixture
) -> None:
    assert not is_open(opened(SECRETS, {**BEN, "iat": time.time()}))
    assert "EARSHOT_ACCESS names no file" in caplog.text


def test_a_file_of_secrets_that_cannot_be_read_does_not_turn_login_off(
    opened: Open, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    broken = tmp_path / "secrets.toml"
    broken.write_text("[auth\n", encoding="utf-8")
    before = st.get_option("secrets.files")
    st.config.set_option("secrets.files", [str(broken)])
    try:
        assert not is_open(opened())
        assert f"{broken}: cannot be read" in caplog.text
    finally:
        st.config.set_option("secrets.files", before)
