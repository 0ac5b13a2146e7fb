"""Objects: files in an object store, and the one step in it that only one of several writers can take."""

from __future__ import annotations

import hashlib
import json
import os
import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Schema
from deltalake._internal import DeltaFileSystemHandler  # the published one hands its streams a type they refuse
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError
from deltalake.transaction import PostCommitHookProperties

from gainline.engine.core.errors import Missing, UserFixable

_ADDRESS = re.compile(r"(?:s3|gs|az|abfs|abfss|file)://[A-Za-z0-9._@/=+-]+", re.ASCII)
_OWNS_KEYS = re.compile(r"//[^/]*:[^/]*@|[?#]")
_UNSAFE = ("AWS_S3_ALLOW_UNSAFE_RENAME", "AWS_S3_LOCKING_PROVIDER")
_OPTIONS = {"aws_conditional_put": "etag", "max_retries": "3", "retry_timeout": "30s", "connect_timeout": "10s"}
_BLOCK = 1 << 22
_LINE = Schema.from_arrow(pa.schema([("nothing", pa.int64())]))
_WORD = "gainline"
_PROBE = "probe"
_RACERS, _RACES = 4, 5
_T = TypeVar("_T")


class ObjectStore:
    """The files below one address; credentials are the environment's, and no message repeats what a server said.

    Raises
    ------
    UserFixable
        At once, when the address is of no kind that is known or holds credentials, or the environment asks for
        commits that two writers can both take (LK024). In every call, when the store does not answer or refuses
        (LK022).
    """

    def __init__(self, address: str) -> None:
        _refuse(address)
        self._address = address.rstrip("/")
        self._files = _asked(lambda: DeltaFileSystemHandler(self._address, _OPTIONS))

    def paths(self, folder: str) -> list[str]:
        """Every file below a folder, named from the store's own top; none where there is no such folder."""
        found = _asked(lambda: self._files.get_file_info_selector(folder, True, True))
        return sorted(one.path.lstrip("/") for one in found if one.is_file)

    def sizes(self, folder: str) -> dict[str, int]:
        """Bytes per file directly below a folder, by the file's name."""
        found = _asked(lambda: self._files.get_file_info_selector(folder, True, False))
        return {one.base_name: int(one.size) for one in found if one.is_file}

    def put(self, path: str, content: bytes) -> None:
        """Write a small file whole."""
        _asked(lambda: self._write(path, iter([content])))

    def put_file(self, path: str, source: Path) -> None:
        """Write a file whole, in blocks; nobody sees it before its last block is there."""
        _asked(lambda: self._write(path, _blocks(source)))

    def read(self, path: str) -> bytes:
        """A small file's bytes.

        Raises
        ------
        Missing
            When there is no such file.
        """
        return b"".join(self.blocks(path))

    def blocks(self, path: str) -> Iterator[bytes]:
        """A file's bytes in blocks.

        Raises
        ------
        Missing
            When there is no such file.
        """
        file = _asked(lambda: self._files.open_input_file(path))
        while block := _asked(lambda: bytes(file.read(_BLOCK))):
            yield block

    def digest(self, path: str) -> str:
        """SHA-256 of a file's bytes as they lie in the store.

        Raises
        ------
        Missing
            When there is no such file.
        """
        digest = hashlib.sha256()
        for block in self.blocks(path):
            digest.update(block)
        return digest.hexdigest()

    def delete(self, path: str) -> None:
        """Delete a file; one that is gone already is fine."""
        try:
            _asked(lambda: self._files.delete_file(path))
        except Missing:
            return

    def latest(self, line: str) -> tuple[int, dict[str, Any]] | None:
        """Number and words of the last entry of a line; None where there is no line."""
        names = [name for name in self.sizes(f"{line}/_delta_log") if re.fullmatch(r"\d{20}\.json", name)]
        if not names:
            return None
        text = self.read(f"{line}/_delta_log/{max(names)}").decode()
        said = (json.loads(row).get("commitInfo", {}).get(_WORD) for row in text.splitlines())
        return int(max(names)[:20]), next((json.loads(one) for one in said if one), {})

    def begin(self, line: str, says: dict[str, Any]) -> bool:
        """Begin a line with its entry 0; False where another one has begun it."""
        said = {_WORD: json.dumps(says)}
        try:
            _asked(
                lambda: DeltaTable.create(
                    f"{self._address}/{line}",
                    _LINE,
                    mode="error",
                    storage_options=_OPTIONS,
                    configuration={"delta.enableExpiredLogCleanup": "false"},
                    commit_properties=CommitProperties(custom_metadata=said, max_commit_retries=0),
                )
            )
        except _LostError:
            return False
        return self.latest(line) == (0, says)

    def enter(self, line: str, number: int, says: dict[str, Any]) -> bool:
        """Put entry ``number`` at the end of a line, if nobody has put one there; whether this one stands there now.

        An entry is a commit of a Delta table without rows, because `deltalake` makes commits by a conditional put in
        every kind of store. It is tried once: a lost race is an answer, not a reason to try again.
        """
        try:
            table = _asked(lambda: DeltaTable(f"{self._address}/{line}", storage_options=_OPTIONS))
            if table.version() == number - 1:
                _asked(lambda: self._commit(table, says))
        except _LostError:
            pass  # it may be that our own put came through and its answer did not: see what stands there
        return self._stands(line, number, says)

    def is_exclusive(self) -> bool:
        """Try whether the store lets only one of several writers take the same step: four race for it, five times.

        Asking one after the other would tell nothing, because `deltalake` looks before it puts.
        """
        address = f"{self._address}/{_PROBE}"
        _asked(lambda: DeltaTable.create(address, _LINE, mode="overwrite", storage_options=_OPTIONS))
        try:
            return all(self._race(address) == 1 for _ in range(_RACES))
        finally:
            for path in self.paths(_PROBE):
                self.delete(path)

    def _race(self, address: str) -> int:
        """How many of several writers that start together believe that they took the next step."""
        racers = [_asked(lambda: DeltaTable(address, storage_options=_OPTIONS)) for _ in range(_RACERS)]
        start = threading.Barrier(_RACERS)

        def run(table: DeltaTable) -> bool:
            start.wait()
            try:
                _asked(lambda: self._commit(table, {"probe": True}))
            except _LostError:
                return False
            return True

        with ThreadPoolExecutor(_RACERS) as pool:
            return sum(pool.map(run, racers))

    def _stands(self, line: str, number: int, says: dict[str, Any]) -> bool:
        try:
            text = self.read(f"{line}/_delta_log/{number:020d}.json").decode()
        except Missing:
            return False
        return any(json.loads(row).get("commitInfo", {}).get(_WORD) == json.dumps(says) for row in text.splitlines())

    def _commit(self, table: DeltaTable, says: dict[str, Any]) -> None:
        table.create_write_transaction(
            [],
            "append",
            _LINE,
            commit_properties=CommitProperties(custom_metadata={_WORD: json.dumps(says)}, max_commit_retries=0),
            post_commithook_properties=PostCommitHookProperties(cleanup_expired_logs=False),
        )

    def _write(self, path: str, blocks: Iterator[bytes]) -> None:
        stream: Any = self._files.open_output_stream(path)
        for block in blocks:
            stream.write(block)
        stream.close()


class _LostError(Exception):
    """Somebody else took the step."""


def _refuse(address: str) -> None:
    if _OWNS_KEYS.search(address) or not _ADDRESS.fullmatch(address):
        raise UserFixable(
            "LK024: this is no address of an object store that is known, or it holds more than an address",
            "give s3://bucket/prefix, gs://bucket/prefix or az://container/prefix; credentials stay in the environment",
        )
    if any(os.environ.get(name) for name in _UNSAFE):
        raise UserFixable(
            f"LK024: the environment asks for commits that two writers can both take ({' or '.join(_UNSAFE)})",
            "unset it: the store has to refuse a second writer by itself",
        )


def _asked(ask: Callable[[], _T]) -> _T:
    """Ask the store. What it answers to a failure may hold a signed address, so that only its kind is told."""
    try:
        return ask()
    except FileNotFoundError:
        raise Missing("a file is not in the object store", "look at what the store holds") from None
    except CommitFailedError:
        raise _LostError from None
    except TableNotFoundError:
        raise Missing(
            "there is no lake at this address of the object store", "make one: gainline init --lake"
        ) from None
    except (DeltaError, OSError, ValueError) as fault:
        if isinstance(fault, DeltaError) and "already exists" in str(fault):
            raise _LostError from None
        raise UserFixable(
            f"LK022: the object store does not answer, or refuses ({type(fault).__name__})",
            "look at the address, the network and the credentials in the environment; "
            "docs/how-to/keep-the-lake-in-an-object-store.md lists their names",
        ) from None


def _blocks(source: Path) -> Iterator[bytes]:
    with source.open("rb") as content:
        while block := content.read(_BLOCK):
            yield block
