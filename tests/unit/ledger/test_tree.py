"""The tree over the ledger, against a slow one written from the standard's own recursion, and every way to be wrong."""

from __future__ import annotations

import hashlib

import pytest

from gainline.engine.ledger.tree import (
    consistency_proof,
    inclusion_proof,
    is_consistent,
    is_included,
    leaf_hash,
    tree_root,
)

EMPTY = hashlib.sha256(b"").digest()
LEAVES = [leaf_hash(bytes([number])) for number in range(13)]
OTHER = hashlib.sha256(b"another").digest()


def slow_root(leaves):
    """RFC 9162, section 2.1.1, word for word."""
    if len(leaves) < 2:
        return leaves[0] if leaves else EMPTY
    split = max(1 << power for power in range(len(leaves).bit_length()) if 1 << power < len(leaves))
    return hashlib.sha256(b"\x01" + slow_root(leaves[:split]) + slow_root(leaves[split:])).digest()


def test_a_leaf_is_not_a_node():
    assert leaf_hash(b"x") == hashlib.sha256(b"\x00x").digest()


@pytest.mark.parametrize("many", range(14))
def test_the_root_is_the_standards(many):
    assert tree_root(LEAVES[:many]) == slow_root(LEAVES[:many])


@pytest.mark.parametrize("many", range(1, 14))
def test_every_leaf_proves_its_place_and_no_other(many):
    leaves, root = LEAVES[:many], tree_root(LEAVES[:many])
    for place, leaf in enumerate(leaves):
        path = inclusion_proof(leaves, place)
        assert is_included(leaf, place, many, path=path, root=root)
        assert not is_included(OTHER, place, many, path=path, root=root)
        assert not is_included(leaf, place, many, path=path, root=OTHER)
        assert not is_included(leaf, place, many, path=[*path, OTHER], root=root)
        assert not path or not is_included(leaf, place, many, path=path[:-1], root=root)
        assert not any(is_included(leaf, wrong, many, path=path, root=root) for wrong in range(many) if wrong != place)
    for outside in (-1, many):
        assert not is_included(leaves[0], outside, many, path=[], root=leaves[0])
        with pytest.raises(IndexError):
            inclusion_proof(leaves, outside)


@pytest.mark.parametrize("later", range(1, 14))
def test_every_beginning_is_proved_and_nothing_else(later):
    root = tree_root(LEAVES[:later])
    for earlier in range(1, later):
        before = tree_root(LEAVES[:earlier])
        path = consistency_proof(LEAVES[:later], earlier)
        assert is_consistent(earlier, before, later, root, path=path)
        assert not is_consistent(earlier, OTHER, later, root, path=path)
        assert not is_consistent(earlier, before, later, OTHER, path=path)
        assert not is_consistent(earlier, before, later, root, path=[*path, OTHER])
        assert not is_consistent(earlier, before, later, root, path=path[:-1])
        assert not is_consistent(earlier, before, later, root, path=[])
        assert not is_consistent(later, root, earlier, before, path=path)
    with pytest.raises(IndexError):
        consistency_proof(LEAVES[:later], later + 1)
    with pytest.raises(IndexError):
        consistency_proof(LEAVES[:later], -1)


def test_a_tree_begins_with_itself_and_with_nothing():
    root = tree_root(LEAVES)
    assert consistency_proof(LEAVES, len(LEAVES)) == consistency_proof(LEAVES, 0) == []
    assert is_consistent(13, root, 13, root, path=[])
    assert not is_consistent(13, root, 13, OTHER, path=[])
    assert not is_consistent(13, root, 13, root, path=[OTHER])
    assert is_consistent(0, EMPTY, 13, root, path=[])
    assert not is_consistent(0, OTHER, 13, root, path=[])
    assert is_consistent(0, EMPTY, 0, EMPTY, path=[])
    assert is_consistent(0, EMPTY, 1, LEAVES[0], path=[])
    assert not is_consistent(0, EMPTY, 13, root, path=[OTHER])
    assert not is_consistent(1, LEAVES[0], 0, EMPTY, path=[])
    assert not is_consistent(-1, OTHER, -1, OTHER, path=[])
    assert not is_consistent(-1, EMPTY, 13, root, path=[OTHER])
