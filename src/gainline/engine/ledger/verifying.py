"""Verify a bundle: every byte, every signature, every proof, and whether it agrees with what was kept outside."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gainline.engine.core.issues import Issue, Level
from gainline.engine.ledger import bundle
from gainline.engine.ledger.canonical import canonical
from gainline.engine.ledger.chain import Head
from gainline.engine.ledger.heads import SignedHead, head_of, read_head
from gainline.engine.ledger.signing import PublicKey
from gainline.engine.ledger.tree import is_consistent, is_included, leaf_hash
from gainline.engine.ledger.zipped import NotOurZip, unzipped

_AGAIN = "ask the district for the bundle again, and say what was found"
Files = Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found out about a bundle.

    Parameters
    ----------
    issues
        Everything that is wrong with it; without errors, it is what its signer made.
    fingerprint
        Of the key that signed it; empty when there is none. Whose key that is, only somebody outside can say.
    head
        The head that it vouches for; None when it cannot be read.
    """

    issues: tuple[Issue, ...]
    fingerprint: str = ""
    head: Head | None = None


def verify_bundle(content: bytes, *, fingerprint: str | None = None, against: Head | None = None) -> Verified:
    """Check a bundle from its bytes alone, and against what the reader kept outside.

    Parameters
    ----------
    content
        The zip's bytes; nothing is decompressed or written.
    fingerprint
        Of the district's key, as a brief gives it. Without it, a bundle made anew with another key is not found.
    against
        A head of the ledger, as a brief gives it. With it, a ledger that was cut off or written anew is found.

    Returns
    -------
    Verified
        With issues LG011 and LG014 to LG023, as docs/reference/codes/ledger.md explains them.
    """
    try:
        files = unzipped(content)
    except NotOurZip as fault:
        return Verified((_issue("LG014", f"the file is not a bundle as it was made: {fault}"),))
    try:
        return _verify(files, fingerprint, against)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Verified((_issue("LG015", "a part of the bundle is missing or is not what such a part is"),))


def _verify(files: Files, fingerprint: str | None, against: Head | None) -> Verified:
    key = PublicKey.read(files[bundle.KEY])
    head = head_of(files[bundle.HEAD], key, files[bundle.HEAD_SIGNATURE])
    proofs = json.loads(files[bundle.PROOFS])
    found = [
        *_sealed(files, key),
        *_signed(head, bundle.HEAD),
        *_entries(files, proofs, head),
        *_earlier(files, proofs, head),
        *_contents(files),
        *_plans(files),
        *_of_outside(key, proofs, fingerprint, against),
    ]
    return Verified(tuple(found), key.fingerprint, head.head)


def _sealed(files: Files, key: PublicKey) -> Iterator[Issue]:
    """The digests of all files, and the signatures over them."""
    listed = bundle.read_sums(files[bundle.SUMS])
    if not key.signed(files[bundle.SUMS], files[bundle.SIGNATURE]):
        yield _issue("LG016", "the signature over the bundle's digests does not hold", bundle.SIGNATURE)
    if not key.minisigned(files[bundle.SUMS], files[bundle.MINISIGN]):
        yield _issue("LG016", "the same signature as minisign reads it does not hold", bundle.MINISIGN)
    yield from _as_listed(files, listed)
    for name in sorted(files.keys() - listed.keys() - bundle.UNSUMMED):
        yield _issue("LG017", "the file is in the bundle and not among its digests: it was put in", name)


def _as_listed(files: Files, listed: Mapping[str, str]) -> Iterator[Issue]:
    for name, digest in listed.items():
        if name not in files:
            yield _issue("LG017", "the file is among the digests and not in the bundle: it was taken out", name)
        elif hashlib.sha256(files[name]).hexdigest() != digest:
            yield _issue("LG018", "the file does not have the digest that was signed: it was changed", name)


def _signed(head: SignedHead, name: str) -> Iterator[Issue]:
    if not head.holds:
        yield _issue("LG011", "the signature of a head does not hold: the head was changed", name)


def _entries(files: Files, proofs: Mapping[str, Any], head: SignedHead) -> Iterator[Issue]:
    """Every entry that is told, and every earlier head's last one, stands in the tree that the head is of."""
    root = bytes.fromhex(head.root)
    for place in proofs["entries"]:
        path = [bytes.fromhex(one) for one in place["path"]]
        if not is_included(bytes.fromhex(place["hash"]), place["seq"] - 1, head.size, path=path, root=root):
            yield _issue("LG019", f"entry {place['seq']} is not in the ledger that was signed", bundle.PROOFS)
    proved = {place["seq"]: place["hash"] for place in proofs["entries"]}
    if proved.get(head.size) != head.last:
        yield _issue("LG019", "the last entry of the ledger is not the one that its head names", bundle.HEAD)
    for seq, leaf, _ in bundle.told_entries(files):
        if proved.get(seq) != leaf_hash(leaf).hex():
            yield _issue("LG019", f"entry {seq} is not the one that the ledger holds", bundle.entry_name(seq))


def _earlier(files: Files, proofs: Mapping[str, Any], head: SignedHead) -> Iterator[Issue]:
    """The ledger only grew since each head that went out before."""
    roots, lasts = {}, {place["seq"]: place["hash"] for place in proofs["entries"]}
    for step in proofs["earlier"]:
        roots[step["size"]] = step["root"]
        path = [bytes.fromhex(one) for one in step["path"]]
        sizes = (step["size"], bytes.fromhex(step["root"]), head.size, bytes.fromhex(head.root))
        if not is_consistent(*sizes, path=path):
            yield _issue("LG020", f"the ledger does not begin with the {step['size']} entries it had", bundle.PROOFS)
    for before in map(read_head, json.loads(files[bundle.EARLIER])):
        yield from _signed(before, bundle.EARLIER)
        if (roots.get(before.size), lasts.get(before.size)) != (before.root, before.last):
            yield _issue("LG020", f"the head of {before.size} entries saw another ledger than this one", bundle.EARLIER)


def _contents(files: Files) -> Iterator[Issue]:
    """What the bundle holds is what the ledger says was bundled."""
    yield from _as_listed(files, bundle.read_sums(files[bundle.CONTENTS]))
    digest = hashlib.sha256(files[bundle.CONTENTS]).hexdigest()
    told = [value["payload"] for _, _, value in bundle.told_entries(files) if value["kind"] == bundle.BUNDLED]
    if digest not in {payload["sha256"] for payload in told}:
        yield _issue("LG021", "the ledger holds no entry of a bundle with these contents", bundle.CONTENTS)


def _plans(files: Files) -> Iterator[Issue]:
    """Every plan of an entry has the digest that the entry quotes."""
    for seq, _, value in bundle.told_entries(files):
        payload = value["payload"]
        if "plan" in payload and hashlib.sha256(canonical(payload["plan"])).hexdigest() != payload["plan_sha256"]:
            yield _issue("LG021", "the plan does not have the digest that its entry quotes", bundle.entry_name(seq))


def _of_outside(
    key: PublicKey, proofs: Mapping[str, Any], fingerprint: str | None, against: Head | None
) -> Iterator[Issue]:
    if fingerprint is not None and fingerprint != key.fingerprint:
        yield _issue("LG022", "another key signed the bundle than the one that you were given", bundle.KEY)
    if against is None or against.seq == 0:
        return
    agrees = bundle.vouches_for(proofs, against)
    if agrees is None:
        says = f"the bundle has no proof about the head of {against.seq} entries"
        yield _issue("LG023", says, bundle.PROOFS, "ask the district for a bundle made with --since and this head")
    elif not agrees:
        yield _issue("LG007", f"entry {against.seq} is not the one that stood there when the head was taken", None)


def _issue(code: str, says: str, file: str | None = None, remedy: str = _AGAIN) -> Issue:
    return Issue(code, Level.ERROR, says, remedy, file=file)
