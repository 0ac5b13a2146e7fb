"""The ledger's tree against a slow twin that says what RFC 9162 says, and against proofs that were tampered with."""

from __future__ import annotations

import hashlib

from hypothesis import given, settings
from hypothesis import strategies as st

from gainline.engine.ledger.tree import (
    consistency_proof,
    inclusion_proof,
    is_consistent,
    is_included,
    leaf_hash,
    tree_root,
)

SIZES = range(1, 20)  # past a power of two, every shape of right edge


def leaves(size: int) -> list[bytes]:
    return [leaf_hash(str(number).encode()) for number in range(size)]


def slow_root(hashes: list[bytes]) -> bytes:
    """Floor by floor: neighbors are joined, one that is left over moves up as it is."""
    while len(hashes) > 1:
        pairs = [hashes[place : place + 2] for place in range(0, len(hashes), 2)]
        hashes = [hashlib.sha256(b"\x01" + b"".join(pair)).digest() if len(pair) == 2 else pair[0] for pair in pairs]
    return hashes[0] if hashes else hashlib.sha256(b"").digest()


def test_the_root_is_the_slow_twins_for_every_size():
    assert tree_root([]) == slow_root([])
    for size in SIZES:
        assert tree_root(leaves(size)) == slow_root(leaves(size))


def test_every_leaf_of_every_size_is_proved_and_no_other_leaf_place_size_or_root_is():
    for size in SIZES:
        hashes, root = leaves(size), slow_root(leaves(size))
        for place in range(size):
            path = inclusion_proof(hashes, place)
            assert is_included(hashes[place], place, size, path=path, root=root)
            assert not is_included(leaf_hash(b"another"), place, size, path=path, root=root)
            assert not is_included(hashes[place], place, size, path=path, root=leaf_hash(b"another"))
            assert not is_included(hashes[place], place, size, path=[*path, root], root=root)
            assert not is_included(hashes[place], size, size, path=path, root=root)
            for other in set(range(size)) - {place}:
                assert not is_included(hashes[place], other, size, path=path, root=root)


def test_every_beginning_of_every_size_is_proved_and_no_other_beginning_is():
    for later in SIZES:
        whole, root = leaves(later), slow_root(leaves(later))
        for earlier in range(1, later + 1):
            before, path = slow_root(leaves(earlier)), consistency_proof(whole, earlier)
            assert is_consistent(earlier, before, later, root, path=path)
            assert not is_consistent(earlier, leaf_hash(b"another"), later, root, path=path)
            assert not is_consistent(earlier, before, later, leaf_hash(b"another"), path=path)
            assert not is_consistent(earlier, before, later, root, path=[*path, root])
            assert earlier == later or not is_consistent(earlier, before, later, root, path=path[:-1])


def test_the_empty_tree_is_the_beginning_of_every_other_and_a_longer_one_of_none():
    root = slow_root(leaves(3))
    assert is_consistent(0, tree_root([]), 3, root, path=[])
    assert not is_consistent(0, root, 3, root, path=[])
    assert not is_consistent(3, root, 2, slow_root(leaves(2)), path=[root])


@settings(deadline=None, max_examples=60)
@given(st.data(), st.integers(2, 200))
def test_a_ledger_that_was_written_anew_has_no_proof_from_the_old_head(data, size):
    earlier = data.draw(st.integers(1, size - 1))
    old = leaves(earlier)
    forged = leaves(size)
    forged[data.draw(st.integers(0, earlier - 1))] = leaf_hash(b"forged")
    path = consistency_proof(forged, earlier)
    assert not is_consistent(earlier, slow_root(old), size, slow_root(forged), path=path)
