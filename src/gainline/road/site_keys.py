"""The site's keys: one a line, the current one first; a new one takes its place, and the one before still opens."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from gainline.engine.core.errors import UserFixable

NAME = ".secret-key"
SECRET_BYTES = 48
LEAST = 40  # signs of a key


def keys_of(text: str) -> tuple[str, ...]:
    """The keys of a text, the current one first.

    Raises
    ------
    UserFixable
        When there is none, or one is too short to be secret.
    """
    found = tuple(line.strip() for line in text.splitlines() if line.strip())
    if not found or min(map(len, found)) < LEAST:
        raise UserFixable(
            f"a secret key has at least {LEAST} signs", "make one with: gainline rotate-key, or with 48 random bytes"
        )
    return found


def kept_keys(home: Path) -> tuple[str, ...]:
    """The keys beside the database, made on first use; without a home, one that lives as long as this process.

    Raises
    ------
    UserFixable
        As `keys_of`.
    """
    path = home / NAME
    if path.is_file():
        return keys_of(path.read_text(encoding="utf-8"))
    key = secrets.token_urlsafe(SECRET_BYTES)
    if home.is_dir():
        _write(path, key)
    return (key,)


def rotate_key(home: Path) -> Path:
    """Put a new key before the one beside the database, which goes on opening what it signed; older ones go.

    Raises
    ------
    UserFixable
        When the home has no key of its own yet.
    """
    path = home / NAME
    if not path.is_file():
        raise UserFixable("this home has no key of its own", "write a new first line into your own file of keys")
    before = keys_of(path.read_text(encoding="utf-8"))[0]
    beside = path.with_suffix(".new")
    beside.unlink(missing_ok=True)
    _write(beside, f"{secrets.token_urlsafe(SECRET_BYTES)}\n{before}\n")
    beside.replace(path)
    return path


def _write(path: Path, text: str) -> None:
    opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "w", encoding="utf-8") as file:
        file.write(text)
