"""Seen: which ids have come before, exactly and in a few bytes each, however long the file is."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from uuid import UUID

import numpy as np
import numpy.typing as npt
import pyarrow as pa

NEW, SAME, OTHER = 0, 1, 2
_AT_ONCE = 1 << 17
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.IGNORECASE)
_RUNS = 8  # sorted runs kept side by side before they are merged into one
_Bytes = npt.NDArray[np.bytes_]
_Ints = npt.NDArray[np.int64]


class SeenIds:
    """The UUIDs of one file with a digest of what each of them stood for; 24 bytes an id.

    Examples
    --------
    >>> seen = SeenIds()
    >>> one = "7f6f2c1e-52c4-4c55-9a64-3b8a2d1f0a11"
    >>> seen.add([one, one], [5, 5]), seen.add([one.upper()], [6])
    ([0, 1], [2])
    """

    def __init__(self) -> None:
        self._runs: list[tuple[_Bytes, _Ints]] = []

    def add(self, ids: Sequence[str], digests: Sequence[int]) -> list[int]:
        """Take ids with digests in; for each: NEW, SAME (came before with this digest), OTHER (with another one)."""
        within: dict[bytes, int] = {}
        keys = [UUID(one).bytes for one in ids]
        states = self._earlier(keys, digests)
        for place, (key, digest) in enumerate(zip(keys, digests, strict=True)):
            if states[place] != NEW:
                continue
            if key in within:
                states[place] = SAME if within[key] == digest else OTHER
            else:
                within[key] = digest
        self._keep(within)
        return states

    def has(self, ids: Sequence[str]) -> list[bool]:
        """Tell for each id whether it was taken in before."""
        return [state != NEW for state in self._earlier([UUID(one).bytes for one in ids], [0] * len(ids))]

    def _earlier(self, keys: list[bytes], digests: Sequence[int]) -> list[int]:
        states = np.zeros(len(keys), dtype=np.int64)
        asked, given = np.array(keys, dtype="S16"), np.array(digests, dtype=np.int64)
        for run, held in self._runs:
            place = np.minimum(np.searchsorted(run, asked), len(run) - 1)
            hit = run[place] == asked
            states[hit] = np.where(held[place[hit]] == given[hit], SAME, OTHER)
        return [int(state) for state in states]

    def _keep(self, fresh: dict[bytes, int]) -> None:
        if not fresh:
            return
        self._runs.append(_sorted(np.array(list(fresh), dtype="S16"), np.array(list(fresh.values()), dtype=np.int64)))
        if len(self._runs) > _RUNS:
            parts = list(zip(*self._runs, strict=True))
            self._runs = [_sorted(np.concatenate(parts[0]), np.concatenate(parts[1]))]


def uuid_in(name: str) -> str | None:
    """The UUID that an id is, or ends with; None where there is none."""
    found = _UUID.search(name)
    return found.group() if found else None


def seen_in(ids: pa.ChunkedArray, name: Callable[[str], str | None] = uuid_in) -> SeenIds:
    """The ids of the events that a lake holds, each under the UUID that `name` gives it; without one it is left out."""
    found = SeenIds()
    for place in range(0, len(ids), _AT_ONCE):
        told = (name(one) for one in ids.slice(place, _AT_ONCE).to_pylist())
        if uuids := [one for one in told if one]:
            found.add(uuids, [0] * len(uuids))
    return found


def _sorted(keys: _Bytes, digests: _Ints) -> tuple[_Bytes, _Ints]:
    order = np.argsort(keys, kind="stable")
    return keys[order], digests[order]
