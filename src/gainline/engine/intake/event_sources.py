"""Event sources: which files hold statements, envelopes, interchanges or frameworks, and which profile reads them."""

from __future__ import annotations

import fnmatch
import hashlib
import re
from collections.abc import Mapping

from gainline.engine.intake.containers import Part
from gainline.engine.intake.profile import Profile

PEOPLE_FIRST = frozenset({"student", "students", "educationorganization", "schools"})
"""Interchanges that the others refer to, by the stem of their name."""
STANDARDS = frozenset({"xapi", "caliper", "edfi", "case"})
_CALIPER = re.compile(rb'"@context"\s*:\s*(?:\[\s*)?"https?://purl\.imsglobal\.org/ctx/caliper/|"dataVersion"\s*:')
_VERB = re.compile(rb'"verb"\s*:\s*\{')
_INTERCHANGE = re.compile(rb"<(?:\w+:)?Interchange\w+[\s>]")
_EDFI = re.compile(rb'"uri://ed-fi\.org/|"(?:student|staff)UniqueId"\s*:')
_FRAMEWORK = re.compile(rb'"CFDocument"\s*:\s*\{')
_STATEMENTS = re.compile(rb'[\xef\xbb\xbf\s]*"?Identifier"?\s*,\s*"?fullStatement"?\s*,', re.IGNORECASE)
_BOMS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb": "utf-8-sig"}


def event_standard(part: Part) -> str | None:
    """Tell from the first bytes which standard without a header a file follows: one of `STANDARDS`; None for none."""
    if part.sheet is not None:
        return None
    head = part.head().replace(b"\x00", b"")
    first = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:1]
    if first == b"<":
        return "edfi" if _INTERCHANGE.search(head) else None
    if first not in (b"{", b"["):
        return "case" if _STATEMENTS.match(head) else None
    if _FRAMEWORK.search(head):
        return "case"
    if _CALIPER.search(head):
        return "caliper"
    if _VERB.search(head) and b'"actor"' in head and b'"object"' in head:
        return "xapi"
    return "edfi" if _EDFI.search(head) else None


def told_by_bytes(part: Part) -> tuple[str, int, str]:
    """Content hash, size and encoding; JSON is UTF-8, or UTF-16 where a mark says so."""
    digest, size, encoding = hashlib.sha256(), 0, "utf-8"
    for chunk in part.chunks():
        if not size:
            encoding = _BOMS.get(chunk[:2], "utf-8")
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size, encoding


def profiles_for(standard: str, name: str, profiles: Mapping[str, Profile]) -> list[str]:
    """Keys of the profiles that read this file best: named for such files first, the district's own before ours."""
    ranked: dict[tuple[bool, bool], list[str]] = {}
    for key, profile in profiles.items():
        fits = not profile.files or any(fnmatch.fnmatch(name.casefold(), one.casefold()) for one in profile.files)
        if profile.target == standard and fits:
            ranked.setdefault((bool(profile.files), not profile.shipped), []).append(key)
    return sorted(ranked[max(ranked)]) if ranked else []
