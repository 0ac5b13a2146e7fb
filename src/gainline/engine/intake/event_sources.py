"""Event sources: which files hold xAPI statements or Caliper envelopes, and which profile reads them."""

from __future__ import annotations

import fnmatch
import hashlib
import re
from collections.abc import Mapping

from gainline.engine.intake.containers import Part
from gainline.engine.intake.profile import Profile

STANDARDS = frozenset({"xapi", "caliper"})
_CALIPER = re.compile(rb'"@context"\s*:\s*(?:\[\s*)?"https?://purl\.imsglobal\.org/ctx/caliper/|"dataVersion"\s*:')
_VERB = re.compile(rb'"verb"\s*:\s*\{')
_BOMS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb": "utf-8-sig"}


def event_standard(part: Part) -> str | None:
    """Tell from the first bytes whether a file holds ``xapi`` statements or ``caliper`` envelopes; None for neither."""
    if part.sheet is not None:
        return None
    head = part.head().replace(b"\x00", b"")
    if head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:1] not in (b"{", b"["):
        return None
    if _CALIPER.search(head):
        return "caliper"
    return "xapi" if _VERB.search(head) and b'"actor"' in head and b'"object"' in head else None


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
