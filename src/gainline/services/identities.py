"""Identities: who an account is at a provider, its second factor, its sessions, and whether it may come in."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings

from gainline.engine.core.errors import Missing
from gainline.services import desk
from gainline.store.models.accounts import Account
from gainline.store.models.grants import Grant
from gainline.store.words import Role

LONGEST_SUBJECT = 191


@dataclass(frozen=True, slots=True)
class Standing:
    """How an account gets in.

    Parameters
    ----------
    providers
        The identity providers that know it, by name.
    has_second_factor
        Whether it has one of ours.
    has_password
        Whether it can sign in without a provider.
    """

    providers: tuple[str, ...]
    has_second_factor: bool
    has_password: bool


@desk.reading("people.write")
def providers(*, by: Account) -> dict[str, str]:
    """The identity providers that may vouch for accounts here: their ids and names."""
    return {one["provider_id"]: one["name"] for one in _apps()}


@desk.reading("people.read", on="account")
def ways_in(*, by: Account, account: Account) -> Standing:
    """How an account gets in; neither subject nor seed is shown to anybody."""
    return _ways_of(account)


@desk.reading("district.read")
def own_ways_in(*, by: Account) -> Standing:
    """How one gets in oneself."""
    return _ways_of(by)


def _ways_of(account: Account) -> Standing:
    names = {one["provider_id"]: one["name"] for one in _apps()}
    tied = SocialAccount.objects.filter(user_id=account.pk).values_list("provider", flat=True)
    factors = Authenticator.objects.filter(user_id=account.pk, type=Authenticator.Type.TOTP)
    return Standing(tuple(sorted(names.get(one, one) for one in tied)), factors.exists(), account.has_usable_password())


@desk.verb("people.write", on="account", words=("account", "provider"))
def tie(*, by: Account, account: Account, provider: str, subject: str) -> Account:
    """Say who an account is at a provider, by the subject that the provider never gives to anybody else.

    An e-mail address ties nothing: providers let people change theirs, and two may know the same one.

    Raises
    ------
    Conflict
        SV115 when it is oneself; SV117 when there is no such provider, or the subject is somebody else's.
    """
    _check_other(by, account)
    known = provider in {one["provider_id"] for one in _apps()}
    said = subject.strip()
    taken = SocialAccount.objects.filter(provider=provider, uid=said).exclude(user_id=account.pk).exists()
    if not known or taken or not 0 < len(said) <= LONGEST_SUBJECT:
        raise desk.refuse(
            "SV117", "this provider is not known here, or the subject is another account's",
            "ask the provider's keeper for the subject (sub) of this person",
        )  # fmt: skip
    SocialAccount.objects.update_or_create(user_id=account.pk, provider=provider, defaults={"uid": said})
    account.end_sessions()
    return account


@desk.verb("people.write", on="account", words=("account", "provider"))
def untie(*, by: Account, account: Account, provider: str) -> Account:
    """Let a provider vouch for an account no more; its sessions end.

    Raises
    ------
    Conflict
        SV115 when it is oneself.
    """
    _check_other(by, account)
    SocialAccount.objects.filter(user_id=account.pk, provider=provider).delete()
    account.end_sessions()
    return account


@desk.verb("people.write", on="account", words=("account",))
def drop_factors(*, by: Account, account: Account) -> Account:
    """Take a lost second factor away, after its holder proved in person who they are; they set up a new one next time.

    Raises
    ------
    Conflict
        SV115 when it is oneself.
    """
    _check_other(by, account)
    Authenticator.objects.filter(user_id=account.pk).delete()
    account.end_sessions()
    return account


@desk.verb("people.write", on="account", words=("account",))
def drop_password(*, by: Account, account: Account) -> Account:
    """Take a forgotten password away, after its holder proved in person who they are; a sign-in link lets them choose.

    Their second factor stays: the link alone opens nothing that it guards.

    Raises
    ------
    Conflict
        SV115 when it is oneself.
    """
    _check_other(by, account)
    account.set_unusable_password()
    account.save(update_fields=["password"])
    account.end_sessions()
    return account


@desk.founding
def first_password_again(*, email: str, password: str) -> Account:
    """Give an account a first password, which it changes at once, when nobody in the district is left who could help.

    The machine's owner does so; their word is entered in the trail as nobody's. The second factor stays.

    Raises
    ------
    Missing
        SV191 when no active account signs in with this address.
    """
    found: Account | None = Account.objects.filter(email=email.strip().lower(), is_active=True).first()
    if found is None:
        raise Missing("SV191 no active account signs in with this address", "check it; addresses are told in full")
    with desk.by_the_clock(found.district, "identities.first_password_again", found):
        found.set_password(password)
        found.is_password_first = True
        found.save(update_fields=["password", "is_password_first"])
        found.end_sessions()
    return found


@desk.verb("people.write", on="account", words=("account",))
def end_sessions(*, by: Account, account: Account) -> Account:
    """End every session of an account, one's own among them."""
    account.end_sessions()
    return account


@desk.verb("people.write", on="account", words=("account",))
def disable(*, by: Account, account: Account) -> Account:
    """Shut an account out: its sessions end, its tokens open nothing, and what it did stays.

    Raises
    ------
    Conflict
        SV115 when it is oneself; SV116 when nobody would be left who may grant.
    """
    _check_other(by, account)
    leads = Grant.objects.filter(role=Role.EDTECH_LEAD, withdrawn_at=None, account__is_active=True)
    if leads.exists() and not leads.exclude(account=account).exists():
        raise desk.refuse("SV116", "the last EdTech lead cannot be shut out", "grant the role to another first")
    return _set_active(account, is_active=False)


@desk.verb("people.write", on="account", words=("account",))
def enable(*, by: Account, account: Account) -> Account:
    """Let an account in again, with what it still holds.

    Raises
    ------
    Conflict
        SV115 when it is oneself.
    """
    _check_other(by, account)
    return _set_active(account, is_active=True)


def _set_active(account: Account, *, is_active: bool) -> Account:
    account.is_active = is_active
    account.save(update_fields=["is_active"])
    account.end_sessions()
    return account


def _check_other(by: Account, account: Account) -> None:
    if account.pk == by.pk:
        raise desk.refuse("SV115", "nobody does this to their own account", "ask another lead to do it")


def _apps() -> list[dict[str, str]]:
    found: list[dict[str, str]] = settings.SOCIALACCOUNT_PROVIDERS.get("openid_connect", {}).get("APPS", [])
    return found
