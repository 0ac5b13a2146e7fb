"""Sign: the district's key, and the heads of its ledger that went out."""

from __future__ import annotations

import json
import os
import secrets
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from gainline.engine.core.errors import DataIssues, Missing, UserFixable
from gainline.engine.core.issues import Issue, Level
from gainline.engine.ledger import Entry, Head
from gainline.engine.ledger.heads import SignedHead, compare, read_head, sign_head
from gainline.engine.ledger.signing import PrivateKey, PublicKey
from gainline.road.workspace import LEDGER_KEY, PUBLIC_KEY, Workspace, write_key

HEADS = "heads.jsonl"
_LARGEST_HEAD = 100_000  # bytes; a head is some 400


def signing_key(workspace: Workspace) -> PrivateKey:
    """The key that the workspace's heads and bundles are signed with; made now where there has never been one.

    Raises
    ------
    Missing
        LG013 when it is gone although its public half is there: who holds that one would doubt every new signature.
    """
    path = workspace.root / LEDGER_KEY
    if not path.is_file() and not (workspace.root / PUBLIC_KEY).exists():
        write_key(workspace.root, secrets.token_bytes(32))
    try:
        return PrivateKey.read(path.read_bytes())
    except (OSError, ValueError) as fault:
        raise Missing(
            f"LG013 the key {LEDGER_KEY} that the ledger's heads are signed with is gone or cannot be read",
            f"restore it from a backup; if there is none, move {PUBLIC_KEY} away, so that a new key is made, and tell"
            " those who hold the old one",
        ) from fault


def current_head(workspace: Workspace) -> SignedHead:
    """The ledger's head now, signed.

    Raises
    ------
    Missing
        While nothing is registered, or LG013.
    Conflict
        When the ledger is not intact.
    """
    entries = workspace.ledger.entries()
    if not entries:
        raise Missing("the ledger is empty, so it has no head", "register a plan first: gainline plan register PLAN")
    return sign_head(entries, signing_key(workspace))


def issue_head(workspace: Workspace) -> SignedHead:
    """The current head, noted as one that goes out, so that later bundles prove that they grew from it.

    Raises
    ------
    Missing, Conflict
        As `current_head`.
    """
    head = current_head(workspace)
    if head not in issued_heads(workspace):
        line = json.dumps(head.to_json_value(), sort_keys=True).encode() + b"\n"
        handle = os.open(workspace.root / HEADS, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        with os.fdopen(handle, "ab") as file:
            file.write(line)
    return head


def handed_out(head: SignedHead) -> dict[str, Any]:
    """A head as a document carries it out of the house: with its key's fingerprint, which a reader can compare."""
    return head.to_json_value() | {"fingerprint": head.key.fingerprint}


def issued_heads(workspace: Workspace) -> list[SignedHead]:
    """Every head that went out, as the workspace remembers it; a line that cannot be read is left to `verify`."""
    return [head for _, head in _noted(workspace) if head]


def verify_heads(workspace: Workspace, entries: Sequence[Entry]) -> Iterator[Issue]:
    """What heads that went out hold against the ledger, and a private key that others may read."""
    for line, head in _noted(workspace):
        if head is None:
            says = "the line is no signed head"
            yield Issue("LG011", Level.ERROR, says, "restore the file from a backup", file=HEADS, line=line)
        elif issue := compare(entries, head, file=HEADS):
            yield issue
    path = workspace.root / LEDGER_KEY
    if path.is_file() and stat.S_IMODE(path.stat().st_mode) & 0o077:
        says = "others on this machine may read the key that signs for the district"
        yield Issue("LG012", Level.WARNING, says, f"chmod 600 {LEDGER_KEY}", file=LEDGER_KEY)


def kept_head(text: str) -> Head:
    """A head as people keep it: ``SIZE:HASH``, or the file of a signed head.

    Raises
    ------
    UserFixable
        When it is neither.
    DataIssues
        LG011 when the file's signature does not hold.
    """
    path = Path(text)
    if not path.is_file():
        return _spoken(text)
    try:
        with path.open("rb") as file:
            head = read_head(json.loads(file.read(_LARGEST_HEAD)))
    except (ValueError, RecursionError) as fault:
        raise UserFixable(
            f"{path.name} holds no signed head", "give the .head.json that went out with a brief"
        ) from fault
    if not head.holds:
        raise DataIssues("LG011: the signature of the head does not hold", "take the head from where it went out")
    return head.head


def key_fingerprint(text: str) -> str:
    """A key's fingerprint, given as it is or as the PEM file of the public key.

    Raises
    ------
    UserFixable
        When it is neither.
    """
    said = text.strip().lower()
    if _is_hash(said):
        return said
    try:
        return PublicKey.read(Path(text).read_bytes()).fingerprint
    except (OSError, ValueError) as fault:
        raise UserFixable("no public key and no fingerprint of one", "give 64 letters or a PEM file") from fault


def _spoken(text: str) -> Head:
    seq, _, hash_ = text.strip().partition(":")
    if not seq.isdecimal() or not _is_hash(hash_):
        raise UserFixable(
            f"{text!r} is no head of a ledger",
            "give it as it was printed by register and evaluate: a number, a colon and 64 letters",
        )
    return Head(int(seq), hash_)


def _is_hash(text: str) -> bool:
    return len(text) == 64 and all(letter in "0123456789abcdef" for letter in text)


def _noted(workspace: Workspace) -> Iterator[tuple[int, SignedHead | None]]:
    path = workspace.root / HEADS
    lines = path.read_bytes().split(b"\n")[:-1] if path.is_file() else []  # a torn last line was never handed out
    for number, line in enumerate(lines, start=1):
        try:
            yield number, read_head(json.loads(line))
        except (ValueError, RecursionError):
            yield number, None
