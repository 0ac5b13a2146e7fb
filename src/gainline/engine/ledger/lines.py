"""One line of the ledger: how an entry is sealed, and what can be wrong with a line that claims to be one."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from gainline.engine.ledger.canonical import LARGEST_INTEGER, NotCanonical, canonical, settle

FIRST_PREVIOUS = "0" * 64
"""What the first entry holds in place of a predecessor's hash."""

_LEAF = b"\x00"  # domain separation of RFC 9162, so that the same hashes can become leaves of a Merkle tree
_KEYS = frozenset({"seq", "kind", "on", "payload", "payload_sha256", "previous", "hash"})
_BLIND = b"blind of a ledger entry"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it stands in the chain.

    Parameters
    ----------
    seq
        Number of the entry, from 1.
    kind, on, payload
        What is recorded, the day it counts as recorded, and the record itself in JSON's terms.
    payload_sha256
        Digest of the payload's canonical JSON, for quoting elsewhere.
    previous, hash
        The hash of the entry before, and SHA-256 over a zero byte and this entry's canonical JSON without `hash`.
    blind
        64 hex digits that nobody outside can guess, so that a hash that goes out in a proof cannot be tried against
        guesses of what the entry says (how many students an export held, for one); empty in entries written before
        there were blinds.
    """

    seq: int
    kind: str
    on: date
    payload: Mapping[str, Any]
    payload_sha256: str
    previous: str
    hash: str
    blind: str = ""

    def leaf(self) -> bytes:
        """What `hash` is over, but for the zero byte: the entry's canonical JSON without `hash`."""
        return _text(self, canonical(self.payload))

    def line(self) -> bytes:
        """The entry as its line in the file, line end included."""
        return _text(self, canonical(self.payload), with_hash=True) + b"\n"


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that is not what was appended; `entry` is what it claims to be, where that much can be read."""

    line: int
    code: str
    says: str
    entry: Entry | None = None


def sealed(
    kind: str, payload: Mapping[str, Any], *, on: date, after: Entry | None, secret: bytes | None = None
) -> Entry:
    """The entry that follows `after`, with its hashes; with a secret, it is blinded by it.

    Raises
    ------
    NotCanonical
        When the payload has no canonical JSON.
    """
    seq, previous = (after.seq + 1, after.hash) if after else (1, FIRST_PREVIOUS)
    record = settle(payload, "payload")
    text = canonical(record)
    draft = Entry(seq, kind, on, record, _sha256(text), previous, "", _blind(secret, seq, previous))
    return replace(draft, hash=_sha256(_LEAF + _text(draft, text)))


def read_line(line: bytes, *, number: int, seq: int | None = None, previous: str | None = None) -> Entry | Fault:
    """The entry that a line holds, or the first thing that is wrong with it.

    Parameters
    ----------
    line
        The bytes without the line end.
    number
        Line number for the fault.
    seq, previous
        What the chain expects here; not compared where None or empty.
    """
    try:
        entry = _parse(line)
        write = _written if _is_plain(entry.payload) else canonical
        payload = write(entry.payload)
        again, leaf = (_text(entry, payload, write, with_hash=with_hash) for with_hash in (True, False))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return Fault(number, "LG001", "the line is not an entry of the ledger")
    if again != line or (_sha256(payload), _sha256(_LEAF + leaf)) != (entry.payload_sha256, entry.hash):
        return Fault(number, "LG002", "the entry does not have the hash it carries: it was edited", entry)
    if seq is not None and entry.seq != seq:
        says = f"entry {entry.seq} stands where entry {seq} belongs: lines were deleted, inserted or reordered"
        return Fault(number, "LG003", says, entry)
    if previous and entry.previous != previous:
        says = "the entry does not follow the one before it: that one was replaced"
        return Fault(number, "LG004", says, entry)
    return entry


def _parse(line: bytes) -> Entry:
    raw = json.loads(line, parse_int=_integer, parse_constant=_refuse)
    if raw.keys() - {"blind"} != _KEYS or not isinstance(raw["payload"], dict) or type(raw["seq"]) is not int:
        raise ValueError("not the fields of an entry")
    if not all(isinstance(raw[name], str) for name in raw.keys() - {"seq", "payload"}):
        raise TypeError("not the types of an entry")
    return Entry(**{**raw, "on": date.fromisoformat(raw["on"])})


_WRITER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _written(value: Mapping[str, Any]) -> bytes:
    """The canonical JSON of what is plain, many times faster than by `canonical`."""
    return _WRITER.encode(value).encode()


def _is_plain(value: object) -> bool:
    """Tell whether Python's own writer writes as RFC 8785 does: no fraction, and no name that may sort otherwise."""
    if isinstance(value, dict):
        return all(name.isascii() and _is_plain(part) for name, part in value.items())
    return all(map(_is_plain, value)) if isinstance(value, list) else not isinstance(value, float)


def _text(
    entry: Entry, payload: bytes, write: Callable[[Mapping[str, Any]], bytes] = canonical, *, with_hash: bool = False
) -> bytes:
    """The entry's canonical JSON around its payload's, which is by far the longest part and so is written only once."""
    shell: dict[str, Any] = {
        "seq": entry.seq,
        "kind": entry.kind,
        "on": entry.on.isoformat(),
        "payload": None,
        "payload_sha256": entry.payload_sha256,
        "previous": entry.previous,
    }
    if entry.blind:
        shell["blind"] = entry.blind
    if with_hash:
        shell["hash"] = entry.hash
    # inside a string the quotes would be escaped, so this place is the only one
    return write(shell).replace(b'"payload":null', b'"payload":' + payload)


def _blind(secret: bytes | None, seq: int, previous: str) -> str:
    """The same secret gives the same blind at the same place, so that a synthetic district comes out the same."""
    if not secret:
        return ""
    return hmac.new(secret, _BLIND + f"{seq}:{previous}".encode(), hashlib.sha256).hexdigest()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _integer(text: str) -> int | float:
    """A float that has no fraction is written without one (RFC 8785), also beyond the integers that we may write."""
    number = int(text)
    return number if abs(number) <= LARGEST_INTEGER else float(number)


def _refuse(word: str) -> None:
    raise NotCanonical(f"{word} is not JSON")
