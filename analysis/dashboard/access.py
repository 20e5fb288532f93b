"""Who is at the dashboard, and the one gate that all pages stand behind.

Login is on where `.streamlit/secrets.toml` has an [auth] section or EARSHOT_ACCESS names a
file; docs/access.md shows both. Without login the dashboard serves this machine alone.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import streamlit as st

from analysis.access import Policy, Standing, load_policy
from analysis.config import load_settings
from analysis.dashboard.empty import failure
from analysis.dashboard.language import mark, tr
from analysis.errors import ConfigurationError

SECRETS = ".streamlit/secrets.toml"
CALLBACK = "/oauth2callback"
LEAST_SECRET = 32
_NEEDED = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
_ROLES: dict[Standing, str] = {
    "reader": mark("You may read everything."),
    "reviewer": mark("You may read everything, review claims, add articles and log answers."),
}
_REFUSALS: dict[Standing, str] = {
    "unverified": mark(
        "Your login provider does not confirm your e-mail address. Confirm it there, then log in "
        "again."
    ),
    "stranger": mark(
        "Your account has no access to this dashboard. Ask whoever runs it to add you."
    ),
}
_log = logging.getLogger(__name__)
_ended: set[tuple[str, ...]] = set()
"""The logins that were ended here: their cookies may live on in other windows."""

_mount = st.components.v2.component(
    "earshot_session",
    html="<span></span>",
    js=(Path(__file__).parent / "session.js").read_text(encoding="utf-8"),
)


def user() -> str | None:
    """How histories name the person who is logged in; None where login is off."""
    policy = _policy()
    if policy is None or _standing(policy) not in _ROLES:
        return None
    return policy.name(_account())


def may_read() -> bool:
    """Whether this person may still read.

    A fragment that runs by itself passes no gate: one that reads the store has to ask here.
    """
    policy = _policy()
    return policy is None or _standing(policy) in _ROLES


def may_review() -> bool:
    """Whether this person may give verdicts, add articles and log answers.

    Callbacks of widgets run before the gate: one that writes has to ask here.
    """
    policy = _policy()
    return policy is None or _standing(policy) == "reviewer"


def while_allowed(make: Callable[[], bytes]) -> Callable[[], bytes]:
    """What makes a file to download, for as long as this person may read.

    Streamlit makes it when it is asked for, outside of the page and its gate, where nobody is
    known: so the account is taken along.
    """
    account = _account()

    def made() -> bytes:
        policy = _policy()
        if policy is not None and _standing(policy, account) not in _ROLES:
            raise PermissionError("a download was asked for after the login had ended")
        return make()

    return made


def gate() -> bool:
    """Whether this person may read; says what to do where not."""
    try:
        policy = _policy()
    except ConfigurationError as error:
        failure(error, tr("Nothing is shown: the server’s settings have an error."))
        return False
    if policy is None:
        return _for_this_machine_alone()
    standing = _standing(policy)
    if standing in _ROLES:
        _signed_in(policy, standing)
        return True
    _signed_out(standing)
    return False


def _for_this_machine_alone() -> bool:
    if not load_settings().guarded or _loopback(st.get_option("server.address") or ""):
        return True
    st.title("Earshot", anchor=False)
    st.error(
        tr("Nothing is shown: other machines can reach this server, and it asks for no login."),
        icon=":material/lock_open:",
    )
    st.text(
        tr(
            "Set up login (docs/access.md), or serve this machine alone with "
            "--server.address=127.0.0.1. EARSHOT_ACCESS=off lets everybody in."
        )
    )
    return False


def _signed_in(policy: Policy, standing: Standing) -> None:
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
        left = policy.expires(_account()) - time.time()
        _mount(key="session", data={"remember": False, "seconds": left}, width="content")
        st.text(policy.name(_account()) or "", help=tr(_ROLES[standing]), width="content")
        _log_out_button("tertiary")


def _signed_out(standing: Standing) -> None:
    st.title("Earshot", anchor=False)
    if standing in _REFUSALS:
        st.warning(tr(_REFUSALS[standing]), icon=":material/lock:")
        _log_out_button("secondary")
        return
    if _account().get("is_logged_in"):
        st.write(tr("Your login has ended. Log in again to go on reading."))
    else:
        st.write(tr("What the press says about voice assistants and privacy. Log in to read."))
    _mount(key="session", data={"remember": True, "seconds": 0})
    st.button(tr("Log in"), on_click=st.login, icon=":material/login:", type="primary", key="login")


def _log_out_button(kind: Literal["secondary", "tertiary"]) -> None:
    st.button(tr("Log out"), on_click=_log_out, icon=":material/logout:", type=kind, key="logout")


def _log_out() -> None:
    _ended.add(_login_of(_account()))
    st.logout()


def _account() -> dict[str, Any]:
    return dict(st.user.to_dict())


def _standing(policy: Policy, account: dict[str, Any] | None = None) -> Standing:
    """What an account may do; by default that of the person whose page this is."""
    account = _account() if account is None else account
    if account.get("is_logged_in") is not True or _login_of(account) in _ended:
        return "expired"
    return policy.standing(account, time.time())


def _login_of(account: dict[str, Any]) -> tuple[str, ...]:
    """What tells one login from all others: the nonce is drawn anew for each."""
    return tuple(str(account.get(claim)) for claim in ("iss", "sub", "iat", "nonce"))


def _policy() -> Policy | None:
    """Who may do what; None where login is off.

    Raises:
        ConfigurationError: settings that contradict each other, or would leave a door open.
    """
    settings = load_settings()
    auth = _auth_section()
    if auth is None and settings.access is None:
        return None
    if auth is None:
        raise ConfigurationError(
            f"EARSHOT_ACCESS={settings.access} needs a login provider: {SECRETS} has no [auth] "
            "section; docs/access.md shows one"
        )
    if settings.access is None:
        raise ConfigurationError(
            f"{SECRETS} has an [auth] section, but EARSHOT_ACCESS names no file of who may read; "
            "docs/access.md shows one"
        )
    _check(auth)
    return _read_policy(settings.access, _changed(settings.access))


def _auth_section() -> dict[str, Any] | None:
    if not st.secrets.load_if_toml_exists():
        # Streamlit takes a file that it cannot read for none, which would turn login off.
        for path in map(Path, st.get_option("secrets.files")):
            if path.exists():
                raise ConfigurationError(
                    f"{path}: cannot be read as TOML; docs/access.md shows one"
                )
        return None
    section = st.secrets.get("auth")
    return None if section is None else dict(section)


def _check(auth: dict[str, Any]) -> None:
    """Refuses a login that anybody could forge or overhear."""
    for key in _NEEDED:
        if not isinstance(auth.get(key), str) or not auth[key].strip():
            raise ConfigurationError(f"{SECRETS}: [auth] has no {key}; docs/access.md shows one")
    if len(auth["cookie_secret"]) < LEAST_SECRET:
        raise ConfigurationError(
            f"{SECRETS}: cookie_secret is too short to keep: give {LEAST_SECRET} characters or "
            "more, drawn at random"
        )
    if not auth["redirect_uri"].endswith(CALLBACK):
        raise ConfigurationError(f"{SECRETS}: redirect_uri must end with {CALLBACK}")
    for key in ("redirect_uri", "server_metadata_url"):
        address = urlsplit(auth[key])
        if address.scheme != "https" and not _loopback(address.hostname or ""):
            raise ConfigurationError(f"{SECRETS}: {key} must begin with https://")
    if st.get_option("server.trustedUserHeaders"):
        raise ConfigurationError(
            "server.trustedUserHeaders would let a request name its own user: take it out of the "
            "settings of Streamlit"
        )


def _loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


@lru_cache(maxsize=4)
def _read_policy(path: Path, changed: float) -> Policy:
    return load_policy(path)
