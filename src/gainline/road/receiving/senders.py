"""Senders: who may send, by tokens that a file names; only their hashes stay in memory."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from gainline.engine.core.errors import Missing, UserFixable

SHORTEST = 20  # characters of a token; fewer can be guessed
_NAME = re.compile(r"[a-z][a-z0-9-]{0,40}")


def read_senders(path: Path) -> dict[str, str]:
    """Name of every sender by the SHA-256 of its token.

    Each line of the file holds a name and a token, with a blank between; blank lines and those after ``#`` are passed
    over. A sender may have several lines, so that a token can be exchanged without a gap.

    Raises
    ------
    Missing
        When there is no such file.
    UserFixable
        When a line is none of these, a token is too short, stands for two senders, or others may read the file.
    """
    if not path.is_file():
        raise Missing(f"there is no {path}", "write one line per sender: its name, a blank, its token")
    if path.stat().st_mode & 0o077:
        raise UserFixable(f"others may read {path}, which holds tokens", f"chmod 600 {path}")
    senders: dict[str, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, _, token = line.strip().partition(" ")
        digest = hashlib.sha256(token.strip().encode()).hexdigest()
        if not _NAME.fullmatch(name) or len(token.strip()) < SHORTEST or senders.setdefault(digest, name) != name:
            raise UserFixable(
                f"{path}:{number} names no sender with a token of its own of {SHORTEST} or more characters",
                "write: NAME TOKEN, the name in lower case; make a token with: openssl rand -hex 32",
            )
    if not senders:
        raise UserFixable(f"{path} names no sender", "write one line per sender: its name, a blank, its token")
    return senders
