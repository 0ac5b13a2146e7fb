"""The Merkle tree over the ledger: one root for all entries, short proofs that one is in it and that nothing was lost.

An entry's own hash, SHA-256 over a zero byte and its canonical JSON, is already the leaf that RFC 9162 asks for; so the
tree stands over every ledger ever written, also over those from before there was a tree.

Source: RFC 9162 (Certificate Transparency 2.0), section 2.1; the hashes are the same as in RFC 6962.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

EMPTY = hashlib.sha256().digest()
"""Root of a tree without leaves."""
_LEAF, _NODE = b"\x00", b"\x01"


def leaf_hash(content: bytes) -> bytes:
    """The hash of one leaf, 32 bytes.

    Source: RFC 9162, section 2.1.1.
    """
    return hashlib.sha256(_LEAF + content).digest()


def tree_root(leaves: Sequence[bytes]) -> bytes:
    """The root of the tree over these leaf hashes, 32 bytes.

    Source: RFC 9162, section 2.1.1.

    Examples
    --------
    >>> tree_root([leaf_hash(b"")]).hex()[:16]
    '6e340b9cffb37a98'
    """
    if not leaves:
        return EMPTY
    if len(leaves) == 1:
        return leaves[0]
    split = _split(len(leaves))
    return _node(tree_root(leaves[:split]), tree_root(leaves[split:]))


def inclusion_proof(leaves: Sequence[bytes], place: int) -> list[bytes]:
    """The hashes beside the way from one leaf up to the root, lowest first.

    Parameters
    ----------
    leaves
        All leaf hashes in order.
    place
        Which leaf, from 0.

    Raises
    ------
    IndexError
        When there is no such leaf.

    Source: RFC 9162, section 2.1.3.1.
    """
    if not 0 <= place < len(leaves):
        raise IndexError(f"a tree of {len(leaves)} leaves has none at {place}")
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if place < split:
        return [*inclusion_proof(leaves[:split], place), tree_root(leaves[split:])]
    return [*inclusion_proof(leaves[split:], place - split), tree_root(leaves[:split])]


def is_included(leaf: bytes, place: int, size: int, *, path: Sequence[bytes], root: bytes) -> bool:
    """Tell whether the path leads from this leaf to this root in a tree of `size` leaves.

    Source: RFC 9162, section 2.1.3.2.
    """
    if not 0 <= place < size:
        return False
    index, last, found = place, size - 1, leaf
    for beside in path:
        if last == 0:
            return False
        if index % 2 or index == last:
            found = _node(beside, found)
            index, last = _out_of_right_edge(index, last)
        else:
            found = _node(found, beside)
        index, last = index // 2, last // 2
    return last == 0 and found == root


def consistency_proof(leaves: Sequence[bytes], earlier: int) -> list[bytes]:
    """The hashes that show that the tree of the first `earlier` leaves is the beginning of the whole one.

    Raises
    ------
    IndexError
        When the tree has never had that many leaves.

    Source: RFC 9162, section 2.1.4.1.
    """
    if not 0 <= earlier <= len(leaves):
        raise IndexError(f"a tree of {len(leaves)} leaves never had {earlier}")
    return _consistency(leaves, earlier, whole=True) if earlier else []


def is_consistent(earlier: int, earlier_root: bytes, later: int, later_root: bytes, *, path: Sequence[bytes]) -> bool:
    """Tell whether the later tree begins with the earlier one.

    Source: RFC 9162, section 2.1.4.2.
    """
    if not 0 <= earlier <= later:
        return False
    if earlier in (0, later):
        return not path and earlier_root == (later_root if earlier == later else EMPTY)
    if not path:
        return False
    way = [earlier_root, *path] if earlier & (earlier - 1) == 0 else list(path)
    index, last = earlier - 1, later - 1
    while index % 2:
        index, last = index // 2, last // 2
    old = new = way[0]
    for beside in way[1:]:
        if last == 0:
            return False
        if index % 2 or index == last:
            old, new = _node(beside, old), _node(beside, new)
            index, last = _out_of_right_edge(index, last)
        else:
            new = _node(new, beside)
        index, last = index // 2, last // 2
    return last == 0 and old == earlier_root and new == later_root


def _consistency(leaves: Sequence[bytes], earlier: int, *, whole: bool) -> list[bytes]:
    if earlier == len(leaves):
        return [] if whole else [tree_root(leaves)]
    split = _split(len(leaves))
    if earlier <= split:
        return [*_consistency(leaves[:split], earlier, whole=whole), tree_root(leaves[split:])]
    return [*_consistency(leaves[split:], earlier - split, whole=False), tree_root(leaves[:split])]


def _out_of_right_edge(index: int, last: int) -> tuple[int, int]:
    """Up to where the node is a right child: the last node of an uneven floor has no sibling and moves up as it is."""
    while index and index % 2 == 0:
        index, last = index // 2, last // 2
    return index, last


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(_NODE + left + right).digest()
