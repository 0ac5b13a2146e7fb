"""Tokens: a program acts for an account through one of its grants; the secret is shown once and kept as a digest."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import timedelta

from gainline.services import clock, desk
from gainline.services.permissions import Actor, granted_on, standing_of
from gainline.store.models.accounts import Account
from gainline.store.models.grants import Grant
from gainline.store.models.tokens import ApiToken
from gainline.store.tenancy import across_districts, within

MOST_DAYS = 365
SECRET_BYTES = 32
PREFIX = "gainline_"  # so that scanners for leaked secrets know one when they see it


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token; `secret` is never to be had again, and stays out of every representation."""

    token: ApiToken
    secret: str = field(repr=False)


@desk.verb("token.issue", words=("held", "days", "may_write"))
def issue(*, by: Account, name: str, held: Grant, days: int, may_write: bool = False) -> Issued:
    """A token for one of one's own grants, for some days; it can do what the grant can, and ends when that ends.

    Raises
    ------
    Conflict
        SV076 when the grant is not one's own or not alive, a program asks, or the token has no name; SV077 when the
        days are not from 1 to 365.
    """
    today = clock.today(by.district)
    is_own = held.account_id == by.pk and held.district_id == by.district_id and granted_on(held, today)
    if not is_own or by.through is not None or not name.strip():
        raise desk.refuse("SV076", "a token is named and opens a living grant of your own", "choose one of your grants")
    if not 1 <= days <= MOST_DAYS:
        raise desk.refuse("SV077", f"a token lives from 1 to {MOST_DAYS} days", "issue it anew when it has ended")
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    ends = today + timedelta(days=days - 1)
    token = ApiToken.objects.create(
        name=name.strip(), account=by, grant=held, may_write=may_write, sha256=_digest(secret), ends=ends
    )
    return Issued(token, secret)


@desk.verb("token.issue", on="token", without_room=True)
def revoke(*, by: Account, token: ApiToken) -> ApiToken:
    """End a token now: one's own, or anybody's for who may withdraw grants.

    Raises
    ------
    Conflict
        SV078 when it is somebody else's.
    """
    if token.account_id != by.pk and not standing_of(by).may("people.write"):
        raise desk.refuse("SV078", "this token is somebody else's", "ask them or a lead to revoke it")
    if token.revoked_at is None:
        token.revoked_at, token.revoked_by = clock.now(), by
        token.save()
    return token


@desk.reading("token.issue")
def tokens(*, by: Account) -> list[ApiToken]:
    """Tokens, latest first: one's own, or everybody's for who may see grants."""
    found = ApiToken.objects.select_related("account", "grant__unit")
    return list(found if standing_of(by).may("people.read") else found.filter(account=by))


@desk.reading("token.issue")
def token(*, by: Account, public_id: str) -> ApiToken:
    """One token."""
    found: ApiToken = desk.find(ApiToken, public_id, "account", "grant__unit")
    return found


@desk.reading("district.read")
def own_grants(*, by: Account) -> list[Grant]:
    """One's own living grants: what one may do, and what a token can be issued for."""
    today = clock.today(by.district)
    return [one for one in Grant.objects.filter(account=by).select_related("unit") if granted_on(one, today)]


@desk.carrying
def bearer(*, secret: str) -> Actor | None:
    """The account that a secret acts for, confined to the token's grant; None when the secret opens nothing today."""
    with across_districts(why="a token alone says which district it opens"):
        chosen = ApiToken.objects.select_related("account__district", "grant")
        token = chosen.filter(sha256=_digest(secret), revoked_at=None).first()
    if token is None or not token.account.is_active:
        return None
    account: Actor = token.account
    today = clock.today(account.district)
    if token.ends < today or not granted_on(token.grant, today):
        return None
    if token.last_used_on != today:
        with within(account.district_id):
            ApiToken.objects.filter(pk=token.pk).update(last_used_on=today)
    account.through = token
    return account


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
