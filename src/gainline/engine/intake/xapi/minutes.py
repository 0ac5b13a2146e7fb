"""Minutes: what statements themselves tell of time, each kind under its own name so that none is mistaken for another.

``minutes_session``: result.duration of the statement that closes a session (terminated, abandoned, exited; completed
only where no closing one comes). ``minutes_watched``: length of the played segments of a video, each stretch once.
Source: cmi5 (ADL), section 9; xAPI video profile 1.0, played-segments.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from gainline.engine.intake.event_rows import Minutes, local_day
from gainline.engine.intake.xapi.grammar import seconds_of

_ADL, _OWN = "http://adlnet.gov/expapi/verbs/", "https://w3id.org/xapi/adl/verbs/"
_CLOSES = frozenset({f"{_ADL}terminated", f"{_ADL}exited", f"{_OWN}abandoned", f"{_ADL}abandoned"})
_COMPLETES = frozenset({f"{_ADL}completed"})
_VIDEO = "https://w3id.org/xapi/video/extensions/"
_SEGMENTS = f"{_VIDEO}played-segments"
_SESSIONS = (f"{_VIDEO}session-id", "https://w3id.org/xapi/cmi5/context/extensions/sessionid")
_DAY = 86_400.0


@dataclass(slots=True)
class _Span:
    """One session of one person with one thing."""

    first: datetime
    last: datetime
    closed: float = 0.0
    completed: float = 0.0
    watched: float = 0.0


@dataclass(slots=True)
class TimeTold:
    """Sessions as they come together; in memory are the sessions, not the statements."""

    zone: ZoneInfo
    spans: dict[tuple[int, str, str, str], _Span] = field(default_factory=dict)

    def take(self, place: int, moment: datetime, statement: dict[str, Any], tool: str) -> bool:
        """Take what a statement tells of time; False where its duration cannot be counted in minutes."""
        result = statement["result"]
        verb = statement["verb"]["id"]
        segments = result.get("extensions", {}).get(_SEGMENTS)
        said = result.get("duration") if verb in _CLOSES or verb in _COMPLETES else None
        if segments is None and said is None:
            return True
        seconds = seconds_of(said) if said else 0.0
        if seconds is None:
            return False
        span = self._span(place, moment, statement, tool)
        if type(segments) is str:
            span.watched = max(span.watched, watched_seconds(segments))
        if verb in _CLOSES:
            span.closed = max(span.closed, seconds)
        else:
            span.completed = max(span.completed, seconds)
        return True

    def _span(self, place: int, moment: datetime, statement: dict[str, Any], tool: str) -> _Span:
        context = statement.get("context", {})
        extensions = context.get("extensions", {})
        named = [extensions[name] for name in _SESSIONS if type(extensions.get(name)) is str]
        session = named[0] if named else context.get("registration", local_day(moment, self.zone).isoformat())
        key = (place, session, statement["object"].get("id", ""), tool)
        span = self.spans.setdefault(key, _Span(moment, moment))
        span.first, span.last = min(span.first, moment), max(span.last, moment)
        return span

    def amounts(self) -> list[Minutes]:
        """The minutes of all sessions."""
        found = []
        for (place, _, resource, tool), span in self.spans.items():
            days = (local_day(span.first, self.zone), local_day(span.last, self.zone))
            for metric, seconds in (
                ("minutes_session", span.closed or span.completed),
                ("minutes_watched", span.watched),
            ):
                if seconds:
                    found.append(Minutes(place, tool, metric, seconds / 60, *days, resource or None))
        return found


def watched_seconds(segments: str) -> float:
    """Seconds of a video that were played, each stretch once; 0 for a text that is no list of segments.

    Examples
    --------
    >>> watched_seconds("0[.]10[,]5[.]20[,]30[.]31.5"), watched_seconds("12"), watched_seconds("a[.]b")
    (21.5, 0.0, 0.0)
    """
    stretches = []
    for part in segments.split("[,]"):
        begin, found, end = part.partition("[.]")
        if not found:
            continue  # a stretch that is still open
        try:
            stretch = (float(begin), float(end))
        except ValueError:
            return 0.0
        if not 0 <= stretch[0] <= stretch[1] < 7 * _DAY:
            return 0.0
        stretches.append(stretch)
    total, reached = 0.0, 0.0
    for begin_s, end_s in sorted(stretches):
        total += max(0.0, end_s - max(begin_s, reached))
        reached = max(reached, end_s)
    return round(total, 6)
