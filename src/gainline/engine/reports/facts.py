"""What a page knows: the evidence, the language, and the counts that have passed the exit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from gainline.engine.core.errors import UserFixable
from gainline.engine.privacy import Audience, Count, Policy, Released, ReleaseTable, release
from gainline.engine.privacy.history import Past
from gainline.engine.privacy.kept import FOLLOWS, pasts
from gainline.engine.reports import numbers, people
from gainline.engine.reports.wording import Claim
from gainline.engine.reports.words import Words

FORMAT = "gainline-evidence/1"
_IN_BRACKETS = re.compile(r"\s*\([^)]*\)$")
_ISO_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
CHIPS = {"adopt": "adopt", "adapt": "adapt", "stop": "stop", "extend": "extend", "not enough evidence": "unknown"}


@dataclass(frozen=True, slots=True)
class Facts:
    """One evaluation as a page may tell it."""

    evidence: dict[str, Any]
    words: Words
    released: Released

    @property
    def plan(self) -> dict[str, Any]:
        """The registered plan."""
        value: dict[str, Any] = self.evidence["plan"]
        return value

    @property
    def primary(self) -> dict[str, Any]:
        """The primary estimate."""
        value: dict[str, Any] = self.evidence["estimates"][0]
        return value

    @property
    def verdict(self) -> dict[str, Any]:
        """What the registered rule says."""
        value: dict[str, Any] = self.evidence["verdict"]
        return value

    @property
    def registered_late(self) -> bool:
        """Whether the plan was locked after the days of use were over, so that somebody may have looked before."""
        return str(self.evidence["provenance"]["registered_on"]) > str(self.plan["window"]["end"])

    @property
    def chip(self) -> str:
        """adopt, adapt, stop, extend or unknown."""
        return CHIPS[self.verdict["word"]]

    @property
    def tool(self) -> str:
        """The tool's name."""
        return str(self.plan["tool"]["name"])

    @property
    def unit(self) -> str:
        """The primary outcome's unit, as it stands in a sentence."""
        return bare_unit(str(self.primary["unit"]))

    @property
    def outcome(self) -> str:
        """The primary outcome's label, as it stands inside a sentence."""
        return inside(str(self.primary["label"]))

    @property
    def places(self) -> int:
        """Decimal places of the primary effect."""
        return numbers.places_for(self.primary["low"], self.primary["high"])

    @property
    def good(self) -> int:
        """+1 when more of the primary outcome is good, -1 when less is."""
        return 1 if self.primary["favorable"] else -1

    @property
    def smallest(self) -> float:
        """The smallest effect worth having, with its sign."""
        return self.good * float(self.plan["smallest_effect"])

    @property
    def predicted(self) -> float:
        """The predicted effect, with its sign."""
        return float(self.verdict["predicted"])

    @property
    def period(self) -> str:
        """The window of use, in words."""
        window, lang = self.plan["window"], self.words.lang
        first, last = numbers.day(window["start"], lang), numbers.day(window["end"], lang)
        return self.words("page.range", low=first, high=last)

    @property
    def n(self) -> str:
        """How many students were analyzed, as the audience may see it."""
        return self.say(self.released.count(*people.N))

    def effect(self, value: float, places: int | None = None) -> str:
        """A difference in the primary outcome's unit."""
        return numbers.signed(value, self.places if places is None else places)

    def day(self, iso: str) -> str:
        """A date in words."""
        return numbers.day(str(iso), self.words.lang)

    def plain(self, text: str) -> str:
        """A sentence of the engine's with its dates in words."""
        return _ISO_DAY.sub(lambda found: self.day(found.group()), text)

    def say(self, count: Count) -> str:
        """A count as words: exact, a range, or too few to show."""
        if count.low is None or count.high is None:
            return self.words("page.hidden")
        if count.low == count.high:
            return numbers.count(count.low)
        return self.words("page.range", low=numbers.count(count.low), high=numbers.count(count.high))

    def share(self, part: tuple[str, ...], whole: tuple[str, ...]) -> str | None:
        """A percentage of people, banded as the audience asks; None when it may not be shown."""
        band = self.released.share(part, whole)
        if band is None:
            return None
        return f"{band.low}%" if band.low == band.high else f"{band.low}–{band.high}%"

    @property
    def why_hidden(self) -> str:
        """Why some counts are not shown exactly, for whoever misses them; empty when all are."""
        t, reasons = self.words, self.released.reasons
        if not self.released.hides and not reasons:
            return ""
        small = t("page.small_counts", n=self.released.policy.minimum_n)
        return " ".join([small, *(t(f"page.hidden_{reason.code.lower()}") for reason in reasons)])

    @property
    def source(self) -> str:
        """The source line of every figure; it says when a person was erased from the records behind it."""
        made = self.evidence["provenance"]
        source = self.words(
            "page.source",
            snapshot=numbers.short_hash(made["snapshot"]),
            registration=numbers.short_hash(made["registration"]),
            day=self.day(made["registered_on"]),
        )
        resealed = self.evidence.get("resealed_on")
        return f"{source} {self.words('page.resealed', day=self.day(resealed))}" if resealed else source

    @property
    def claim(self) -> Claim:
        """The claim about the primary effect."""
        made = self.evidence["provenance"]
        return Claim(
            tool=self.tool,
            outcome=self.outcome,
            unit=self.unit,
            usual=inside(str(self.plan["comparison"]["usual_arm"])),
            effect=self.primary["effect"],
            low=self.primary["low"],
            high=self.primary["high"],
            smallest=float(self.plan["smallest_effect"]),
            n=self.n,
            design=self.plan["design"]["kind"],
            rating=self.evidence["rating"]["label"],
            registration=made["registration"],
            registered_on=made["registered_on"],
            is_forked=bool(self.evidence.get("audit", {}).get("is_forked")),
        )


def facts(evidence: dict[str, Any], *, audience: Audience, policy: Policy, words: Words) -> Facts:
    """Let the evidence's counts pass the exit, for one audience.

    Raises
    ------
    UserFixable
        RP003 when the document is not one of ours.
    """
    if evidence.get("format") != FORMAT:
        raise UserFixable(f"RP003: this is not an evidence document of the format {FORMAT}", "evaluate the cycle again")
    table = people.table(evidence)
    released = release(table, audience=audience, policy=policy, earlier=earlier_of(evidence, table, audience))
    return Facts(evidence, words, released)


def earlier_of(evidence: dict[str, Any], table: ReleaseTable, audience: Audience) -> tuple[Past, ...]:
    """What the public was shown of the cycle before; what staff see is no release."""
    return pasts(table, evidence.get(FOLLOWS, ())) if audience is Audience.PUBLIC else ()


# Words that keep their capital inside a sentence.
_PROPER = ("English", "Spanish", "Black", "White", "Hispanic", "Latino", "Asian", "Pacific", "American", "Title")


def inside(label: str) -> str:
    """A label as it stands inside a sentence: no capital, unless it is an abbreviation or a proper word."""
    keeps = not label[1:2].islower() or label.startswith(_PROPER)
    return label if keeps else label[0].lower() + label[1:]


def bare_unit(unit: str) -> str:
    """A unit without its range in brackets: marks (0 to 100) are marks; the method part says the range."""
    return _IN_BRACKETS.sub("", unit)


def capital(text: str) -> str:
    """A text as it stands at the start of a sentence."""
    return text[:1].upper() + text[1:]
