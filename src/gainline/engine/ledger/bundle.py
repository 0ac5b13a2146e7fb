"""The evidence bundle: what a district hands out so that anybody can check a result without it, and without us."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gainline.engine.ledger.canonical import canonical
from gainline.engine.ledger.chain import Head
from gainline.engine.ledger.heads import SignedHead, leaves_of
from gainline.engine.ledger.lines import Entry
from gainline.engine.ledger.signing import PrivateKey
from gainline.engine.ledger.tree import consistency_proof, inclusion_proof, tree_root

BUNDLED = "bundled"
"""Kind of the ledger entry that holds the digest of what a bundle contains."""
CONTENTS, KEY = "CONTENTS.sha256", "key.pem"
SUMS, SIGNATURE, MINISIGN = "SHA256SUMS", "SHA256SUMS.sig", "SHA256SUMS.minisig"
HEAD, HEAD_SIGNATURE, PROOFS, EARLIER = (
    "ledger/head.json",
    "ledger/head.sig",
    "ledger/proofs.json",
    "ledger/earlier.json",
)
UNSUMMED = frozenset({SUMS, SIGNATURE, MINISIGN})
PROOFS_FORMAT = "gainline-proofs/1"


@dataclass(frozen=True, slots=True)
class Vouched:
    """The part of a ledger that goes out with a result.

    Parameters
    ----------
    entries
        The whole ledger, the entry of the bundle last or among them.
    told
        Numbers of the entries whose text goes out; of the others only hashes beside the way, where a proof needs them.
    head
        The signed head that the proofs lead to.
    earlier
        Heads that went out before; each gets a proof that the ledger only grew since.
    since
        Sizes at which somebody outside saw the ledger without having a signed head.
    """

    entries: Sequence[Entry]
    told: Sequence[int]
    head: SignedHead
    earlier: Sequence[SignedHead] = ()
    since: Sequence[int] = ()

    def before(self) -> list[SignedHead]:
        """The heads that went out before this one."""
        return [head for head in self.earlier if head.size < self.head.size]

    def sizes(self) -> list[int]:
        """Every size at which somebody outside saw the ledger."""
        seen = {*(head.size for head in self.before()), *self.since}
        return sorted(size for size in seen if 0 < size < self.head.size)


def entry_name(seq: int) -> str:
    """Where an entry's text lies in the bundle."""
    return f"ledger/entry-{seq}.json"


def sums(files: Mapping[str, bytes]) -> bytes:
    """The files' digests as ``sha256sum -c`` reads them."""
    return "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)).encode()


def read_sums(content: bytes) -> dict[str, str]:
    """File -> digest, from what `sums` wrote.

    Raises
    ------
    ValueError
        When a line is something else.
    """
    pairs = [line.split("  ", 1) for line in content.decode("ascii").splitlines()]
    if any(len(pair) != 2 for pair in pairs):
        raise ValueError("not a list of digests")
    return {name: digest for digest, name in pairs}


def ledger_files(vouched: Vouched) -> dict[str, bytes]:
    """The ledger's part of a bundle: entries as their leaves, proofs, the signed head and the earlier ones."""
    files = {entry_name(entry.seq): entry.leaf() for entry in vouched.entries if entry.seq in set(vouched.told)}
    files[HEAD] = vouched.head.text()
    files[HEAD_SIGNATURE] = vouched.head.signature
    files[PROOFS] = canonical(_proofs(vouched))
    files[EARLIER] = canonical([head.to_json_value() for head in vouched.before()])
    return files


def sealed_files(files: Mapping[str, bytes], key: PrivateKey, comment: str) -> dict[str, bytes]:
    """The files with the key, their digests, and the signature over the digests."""
    whole = {**files, KEY: key.public.pem()}
    listed = sums(whole)
    return {**whole, SUMS: listed, SIGNATURE: key.sign(listed), MINISIGN: key.minisign(listed, comment)}


def _proofs(vouched: Vouched) -> dict[str, Any]:
    """Where told entries and the last entries of earlier heads stand, and that each earlier tree is a beginning."""
    leaves, sizes = leaves_of(vouched.entries[: vouched.head.size]), vouched.sizes()
    places = sorted({*vouched.told, *sizes, vouched.head.size})
    return {
        "format": PROOFS_FORMAT,
        "entries": [
            {"seq": seq, "hash": leaves[seq - 1].hex(), "path": _hex(inclusion_proof(leaves, seq - 1))}
            for seq in places
        ],
        "earlier": [
            {"size": size, "root": tree_root(leaves[:size]).hex(), "path": _hex(consistency_proof(leaves, size))}
            for size in sizes
        ],
    }


def _hex(hashes: Sequence[bytes]) -> list[str]:
    return [one.hex() for one in hashes]


def told_entries(files: Mapping[str, bytes]) -> Iterator[tuple[int, bytes, dict[str, Any]]]:
    """Number, bytes and value of every entry whose text is in the bundle.

    Raises
    ------
    ValueError
        When a file is not what an entry's file is.
    """
    for name in sorted(files):
        if name.startswith("ledger/entry-"):
            value = json.loads(files[name])
            if name != entry_name(value["seq"]):
                raise ValueError("the entry stands under another one's number")
            yield value["seq"], files[name], value


def vouches_for(proofs: Mapping[str, Any], head: Head) -> bool | None:
    """Tell whether the bundle's ledger grew from a head that was kept outside; None when it has no proof either way.

    The proofs themselves must have been checked before.
    """
    hashes = {place["hash"] for place in proofs["entries"] if place["seq"] == head.seq}
    return head.hash in hashes if hashes else None
