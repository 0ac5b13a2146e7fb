"""One's own sessions: the browsers in which one is signed in, and the end of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY
from django.utils.crypto import salted_hmac

from gainline.services import clock, desk
from gainline.store.models.accounts import Account
from gainline.store.models.sessions import SignIn

BEGAN, SEEN, BROWSER = "gainline_began", "gainline_seen", "gainline_browser"  # the first two in seconds since 1970
ID_LENGTH = 20


@dataclass(frozen=True, slots=True)
class Session:
    """A browser in which one is signed in.

    Parameters
    ----------
    public_id
        Its id in addresses; the session's key cannot be found from it.
    browser
        Its make and the system it runs on, such as ``Firefox · Windows``; empty when it did not say.
    began, seen
        When somebody signed in there, and the last use, to the minute.
    is_here
        Whether it is the one that asks.
    """

    public_id: str
    browser: str
    began: datetime
    seen: datetime
    is_here: bool


@desk.reading("district.read")
def own_sessions(*, by: Account, here: str) -> list[Session]:
    """One's own sessions that would still open something, latest used first.

    Parameters
    ----------
    by
        Whose.
    here
        The key of the session that asks; empty for none.
    """
    living = [_session(row, data, here) for row, data in _living(by)]
    return sorted(living, key=lambda one: (one.is_here, one.seen), reverse=True)


@desk.verb("district.read", without_room=True)
def end_own_session(*, by: Account, public_id: str) -> None:
    """End one of one's own sessions with its next request.

    Raises
    ------
    Missing
        SV002 when one has no such session; it may have ended meanwhile.
    """
    for row, _ in _living(by):
        if _id_of(row.session_key) == public_id:
            row.delete()
            return
    raise desk.nothing_here()


def _living(account: Account) -> list[tuple[SignIn, dict[str, Any]]]:
    """Rows that still agree with the account (its password, its epoch), and were neither silent nor too long."""
    now = clock.now()
    known = account.get_session_auth_hash()
    rows = [(row, row.get_decoded()) for row in SignIn.objects.filter(account=account, expire_date__gt=now)]
    return [(row, data) for row, data in rows if data.get(HASH_SESSION_KEY) == known and _lasts(data, now)]


def _lasts(data: dict[str, Any], now: datetime) -> bool:
    second = now.timestamp()
    began = data.get(BEGAN, second)
    is_silent = second - data.get(SEEN, began) > settings.GAINLINE_IDLE_SECONDS
    return not is_silent and second - began <= settings.SESSION_COOKIE_AGE


def _session(row: SignIn, data: dict[str, Any], here: str) -> Session:
    began = data.get(BEGAN, clock.now().timestamp())
    times = [datetime.fromtimestamp(at, UTC) for at in (began, data.get(SEEN, began))]
    return Session(_id_of(row.session_key), data.get(BROWSER, ""), times[0], times[1], row.session_key == here)


def _id_of(key: str) -> str:
    """An id that finds the session for its owner and tells nobody the key."""
    return f"ses_{salted_hmac('gainline.own-session', key).hexdigest()[:ID_LENGTH]}"
