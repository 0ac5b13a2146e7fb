"""Signed heads: where the ledger stood, in one small text that goes out and that its signer cannot take back."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from gainline.engine.core.issues import Issue, Level
from gainline.engine.ledger.canonical import canonical
from gainline.engine.ledger.chain import Head
from gainline.engine.ledger.lines import Entry
from gainline.engine.ledger.signing import PrivateKey, PublicKey
from gainline.engine.ledger.tree import tree_root

FORMAT = "gainline-head/1"
KEY_BYTES, SIGNATURE_BYTES = 32, 64  # of Ed25519


@dataclass(frozen=True, slots=True)
class SignedHead:
    """The ledger at one moment, signed.

    Parameters
    ----------
    size
        Number of entries.
    root
        Root of the tree over them, 64 hex digits.
    last
        Hash of the last entry; with `size`, the head that `register` and `evaluate` print.
    on
        Day of the last entry.
    key, signature
        Who signed, and the signature over `text`.
    """

    size: int
    root: str
    last: str
    on: date
    key: PublicKey
    signature: bytes

    @property
    def head(self) -> Head:
        """The same moment as a number and a hash."""
        return Head(self.size, self.last)

    def text(self) -> bytes:
        """What is signed: canonical JSON of the head."""
        return head_text(self.size, self.root, self.last, self.on)

    @property
    def holds(self) -> bool:
        """Whether the signature is over this very head."""
        return self.key.signed(self.text(), self.signature)

    def to_json_value(self) -> dict[str, Any]:
        """The head with key and signature (base64), as it is handed out."""
        head = json.loads(self.text())
        return {"head": head, "key": _base64(self.key.raw), "signature": _base64(self.signature)}


def head_text(size: int, root: str, last: str, on: date) -> bytes:
    """The canonical JSON that a head's signature is over."""
    return canonical({"format": FORMAT, "last": last, "on": on, "root": root, "size": size})


def sign_head(entries: Sequence[Entry], key: PrivateKey) -> SignedHead:
    """The head of these entries, signed.

    Raises
    ------
    ValueError
        Without any entry there is nothing to vouch for.
    """
    if not entries:
        raise ValueError("an empty ledger has no head to sign")
    root, last = tree_root(leaves_of(entries)).hex(), entries[-1]
    text = head_text(len(entries), root, last.hash, last.on)
    return SignedHead(len(entries), root, last.hash, last.on, key.public, key.sign(text))


def read_head(value: object) -> SignedHead:
    """A head as `SignedHead.to_json_value` gives it.

    Raises
    ------
    ValueError
        When it is something else. Whether the signature holds is asked by `SignedHead.holds`.
    """
    try:
        return _head(value)
    except (KeyError, TypeError, AttributeError) as fault:
        raise ValueError("not a signed head") from fault


def head_of(text: bytes, key: PublicKey, signature: bytes) -> SignedHead:
    """A head from its text, as a bundle holds it.

    Raises
    ------
    ValueError
        When the text is no head.
    """
    try:
        return _told(json.loads(text), key, signature)
    except (KeyError, TypeError, AttributeError) as fault:
        raise ValueError("not a signed head") from fault


def leaves_of(entries: Iterable[Entry]) -> list[bytes]:
    """The tree's leaves: the hashes that the entries carry anyway."""
    return [bytes.fromhex(entry.hash) for entry in entries]


def compare(entries: Sequence[Entry], head: SignedHead, *, file: str | None = None) -> Issue | None:
    """What speaks against the ledger having grown from where this head saw it; None when nothing does."""
    remedy = "restore the ledger from a backup that agrees with the head, and find out who changed it"
    if not head.holds:
        says = "the signature of a head does not hold: the head was changed, or another key signed it"
        return Issue("LG011", Level.ERROR, says, "take the head from where it went out: a brief, a mail", file=file)
    if head.size > len(entries):
        says = f"a head that went out saw {head.size} entries and the ledger has {len(entries)}: its tail was cut off"
        return Issue("LG006", Level.ERROR, says, remedy, file=file)
    if tree_root(leaves_of(entries[: head.size])).hex() != head.root:
        says = f"the first {head.size} entries are not those that a head saw that went out: the chain was rewritten"
        return Issue("LG007", Level.ERROR, says, remedy, file=file)
    return None


def _head(value: Any) -> SignedHead:  # noqa: ANN401 - somebody's JSON
    key, signature = (base64.b64decode(value[name], validate=True) for name in ("key", "signature"))
    if len(key) != KEY_BYTES:
        raise ValueError("not a signed head")
    return _told(value["head"], PublicKey(key), signature)


def _told(told: Mapping[str, Any], key: PublicKey, signature: bytes) -> SignedHead:
    size, root, last = told["size"], str(told["root"]), str(told["last"])
    if type(size) is not int or size < 1 or len(signature) != SIGNATURE_BYTES:
        raise ValueError("not a signed head")
    head = SignedHead(size, root, last, date.fromisoformat(told["on"]), key, signature)
    if json.loads(head.text()) != told:
        raise ValueError("not a signed head")
    return head


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
