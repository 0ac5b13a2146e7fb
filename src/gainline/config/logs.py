"""Logs: one JSON object per line, without query strings, bodies, names or the values in an error."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime

QUERY = re.compile(r"\?[^\s\"']*")
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
KEPT = ("account", "district", "verb", "status", "duration_ms", "job")


class Impersonal(logging.Filter):
    """Takes out of a record what may name a person: query strings, e-mail addresses, requests and their bodies."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, cleaned."""
        record.msg, record.args = clean(record.getMessage()), None
        for name in ("request", "exc_text", "stack_info"):
            if hasattr(record, name):
                setattr(record, name, None)
        return True


class JsonLines(logging.Formatter):
    """One record as one line of JSON; an exception is its class and the place that raised it, never its text."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "says": record.getMessage(),
        }
        line |= {name: getattr(record, name) for name in KEPT if hasattr(record, name)}
        if record.exc_info and record.exc_info[0]:
            line |= {"raised": record.exc_info[0].__qualname__, "places": _places(record)}
        return json.dumps(line, ensure_ascii=False, default=str)


def clean(text: str) -> str:
    """A message without query strings and e-mail addresses."""
    return ADDRESS.sub("[address]", QUERY.sub("?[cut]", text))


def _places(record: logging.LogRecord) -> list[str]:
    trace = record.exc_info[2] if record.exc_info else None
    places = []
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return places[-12:]
