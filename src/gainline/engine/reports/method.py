"""The method page: what an analyst needs to judge the work and to run it again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gainline.engine.reports import numbers, people
from gainline.engine.reports.facts import Facts, bare_unit, capital
from gainline.engine.reports.figures import Figure, Table, balance_figure

Pairs = tuple[tuple[str, str], ...]
NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Method:
    """Everything on the method page, in words."""

    design: Pairs
    counts: Table
    losses: tuple[str, ...]
    balance: Figure | None
    outcomes: Table
    exploratory: Table | None
    rating: Pairs
    steps: Table
    sensitivity: str
    linkage: str
    deviations: Table | None
    diagnostics: Pairs
    provenance: Pairs


def method(facts: Facts) -> Method:
    """The method page of one evaluation."""
    evidence, t = facts.evidence, facts.words
    sensitivity = evidence["sensitivity"]
    return Method(
        design=_design(facts),
        counts=_counts(facts),
        losses=_losses(facts),
        balance=balance_figure(facts),
        outcomes=_outcomes(facts, evidence["estimates"], t("method.outcomes")),
        exploratory=_outcomes(facts, evidence["exploratory"], t("method.exploratory"))
        if evidence["exploratory"]
        else None,
        rating=(
            (t("method.rating_label"), evidence["rating"]["label"]),
            (t("method.essa"), evidence["rating"]["essa"]),
        ),
        steps=_steps(facts),
        sensitivity=_sensitivity(facts, sensitivity) if sensitivity else "",
        linkage=_linkage(facts),
        deviations=_deviations(facts) if evidence["deviations"] else None,
        diagnostics=tuple((str(key), str(value)) for key, value in facts.primary["diagnostics"]),
        provenance=_provenance(facts),
    )


def _design(facts: Facts) -> Pairs:
    t, plan = facts.words, facts.plan
    design, prior = plan["design"], plan["decision"]["prior"]
    units = t(f"design.{design['unit']}s")
    rows = (
        ("question", plan["question"]),
        ("design_kind", t(f"design.{_design_key(design)}_long", units=units)),
        ("population", capital(plan["population"]["describe"])),
        ("tool_arm", capital(plan["comparison"]["tool_arm"])),
        ("usual_arm", capital(plan["comparison"]["usual_arm"])),
        ("assigned", capital(units)),
        ("cluster", capital(t(f"design.{design['cluster']}s"))),
        ("window", facts.period),
        ("method", facts.primary["method"]),
        ("missing", capital(t(f"method.missing_{plan['missing']}"))),
        ("multiplicity", t("method.multiplicity_value")),
        ("prior", capital(t("method.prior_value", mean=f"{prior['mean']:g}", sd=f"{prior['sd']:g}"))),
    )
    return tuple((t(f"method.{key}"), value) for key, value in rows)


def _design_key(design: dict[str, Any]) -> str:
    """The design in words; a matched one that weights finds nobody a partner."""
    if design["kind"] == "matched" and design["matching"].get("method") in {"entropy", "overlap"}:
        return "weighted"
    return str(design["kind"])


def _counts(facts: Facts) -> Table:
    t = facts.words
    head = ("arm", "assigned_n", "analyzed_n", "clusters")
    rows = []
    for arm in facts.primary["counts"]:
        assigned = facts.say(facts.released.count("arm", arm["arm"], "assigned"))
        analyzed = facts.say(facts.released.count("arm", arm["arm"], "analyzed"))
        clusters = f"{numbers.count(arm['clusters'])} / {numbers.count(arm['clusters_assigned'])}"
        rows.append((t(f"method.{arm['arm']}"), assigned, analyzed, clusters))
    return Table(tuple(t(f"method.{key}") for key in head), tuple(rows), t("method.counts"))


def _few_lost(facts: Facts) -> bool:
    """Whether the number of lost students is hidden in an arm, so that no exact rate may be printed."""
    counts = facts.released.counts
    keys = [("arm", arm, "assigned", "without", "arm", arm, "analyzed") for arm in people.ARMS]
    return any(counts[key].is_hidden for key in keys if key in counts)


def _losses(facts: Facts) -> tuple[str, ...]:
    t, said = facts.words, []
    for row in facts.evidence["attrition"]:
        level = t.maybe(f"method.level_{row['level']}", capital(row["level"]))
        low = t("method.attrition_low" if row["is_low"] else "method.attrition_high")
        if row["level"] == "student" and _few_lost(facts):
            said.append(t("method.attrition_hidden", level=level, low=low))
            continue
        rates = {
            "overall": numbers.percent(row["overall"], 1),
            "differential": numbers.number(100 * row["differential"], 1),
            "limit": numbers.number(100 * row["limit"], 1),
        }
        said.append(t("method.attrition", level=level, boundary=row["boundary"], low=low, **rates))
    lost = facts.evidence["match_loss"]
    if lost and all(before == kept for _, before, kept in lost):
        return (*said, t("method.match_loss_none"))
    said += [_match_loss(facts, arm) for arm, _, _ in lost]
    return tuple(said)


def _match_loss(facts: Facts, arm: str) -> str:
    """Matching's loss in one arm."""
    t = facts.words
    before, kept = (facts.say(facts.released.count("match", arm, key)) for key in ("before", "kept"))
    return t("method.match_loss", before=before, kept=kept, arm=t(f"method.{arm}").lower())


def _outcomes(facts: Facts, estimates: list[dict[str, Any]], caption: str) -> Table:
    t = facts.words
    head = ["outcome", "domain", "role", "effect", "interval", "g", "p", "p_adjusted", "p_randomization", "n"]
    rows = [_outcome(facts, made) for made in estimates]
    told = [key for place, key in enumerate(head) if any(row[place] != NOTHING for row in rows)]
    if all(made["role"] == "exploratory" for made in estimates):
        told = [key for key in told if key not in ("domain", "role")]  # the heading says it
    kept = [head.index(key) for key in told]
    shown = tuple(tuple(row[place] for place in kept) for row in rows)
    return Table(tuple(t(f"method.{key}") for key in told), shown, caption)


def _outcome(facts: Facts, made: dict[str, Any]) -> tuple[str, ...]:
    t, places = facts.words, numbers.places_for(made["low"], made["high"])
    low, high = numbers.signed(made["low"], places), numbers.signed(made["high"], places)
    role = t("method.exploratory_role" if made["role"] == "exploratory" else f"method.{made['role']}")
    keys = [people.arm_key(made, arm) for arm in people.ARMS]
    return (
        made["label"],
        made["domain"],
        role,
        f"{numbers.signed(made['effect'], places)} {_unit(made)}",
        t("page.range", low=low, high=high),
        numbers.signed(made["g"], 2),
        numbers.p_value(made["p"]),
        _p(made["p_adjusted"]),
        _p(made["p_randomization"]),
        "\N{NO-BREAK SPACE}+\N{NO-BREAK SPACE}".join(facts.say(facts.released.counts[key]) for key in keys),
    )


def _p(value: float | None) -> str:
    return NOTHING if value is None else numbers.p_value(value)


def _unit(made: dict[str, Any]) -> str:
    return bare_unit(made["unit"]) if made["role"] == "exploratory" else str(made["unit"])


def _steps(facts: Facts) -> Table:
    t = facts.words
    head = tuple(t(f"method.{key}") for key in ("step", "given", "rule", "section", "result", "grade"))
    few = _few_lost(facts)
    rows = []
    for step in facts.evidence["rating"]["steps"]:
        tells = few and step["step"].lower().startswith("attrition") and "student" in step["step"].lower()
        given = t("method.given_hidden") if tells else step["given"]
        grounds = t(f"method.{step['grade']}")
        rows.append((step["step"], given, step["rule"], step["section"], capital(step["result"]), grounds))
    return Table(head, tuple(rows), t("method.rating"))


def _sensitivity(facts: Facts, made: dict[str, Any]) -> str:
    e, limit = numbers.number(made["e_value"], 2), numbers.number(made["e_value_limit"], 2)
    return facts.words("method.sensitivity_line", e=e, limit=limit, says=made["says"])


def _linkage(facts: Facts) -> str:
    made = facts.evidence["linkage"]
    if not made["rows"] or not made["identities"]:
        return ""
    share = numbers.percent(made["matched"] / made["rows"], 1)
    ids = numbers.percent(made["identities_matched"] / made["identities"])
    return facts.words("method.linkage_line", share=share, rows=numbers.count(made["rows"]), ids=ids)


def _deviations(facts: Facts) -> Table:
    t = facts.words
    head = tuple(t(f"method.deviation_{key}") for key in ("path", "registered", "now", "amended"))
    rows = tuple(
        (
            row["path"],
            row["registered"],
            row["now"],
            facts.day(row["amended_on"]) if row["amended_on"] else t("method.deviation_not"),
        )
        for row in facts.evidence["deviations"]
    )
    return Table(head, rows, t("method.deviations"))


def _provenance(facts: Facts) -> Pairs:
    t, made = facts.words, facts.evidence["provenance"]
    tables = "; ".join(
        t("method.table_line", name=name, version=version, hash=numbers.short_hash(digest))
        for name, version, digest in made["tables"]
    )
    rows = (
        ("registration", made["registration"]),
        ("registered_on", facts.day(made["registered_on"])),
        ("amendments", ", ".join(made["amendments"]) or t("page.none")),
        ("snapshot", made["snapshot"]),
        ("tables", tables),
        ("code", made["code_version"]),
        ("seed", str(made["seed"])),
        ("privacy", facts.released.policy.source),
        *ledger_rows(facts.evidence.get("ledger")),
    )
    return tuple((t(f"method.{key}"), value) for key, value in rows)


def ledger_rows(signed: dict[str, Any] | None) -> Pairs:
    """The ledger's signed head, in the words that `gainline verify` takes; absent where none was handed out."""
    if signed is None:
        return ()
    head = signed["head"]
    return (
        ("ledger_head", f"{head['size']}:{head['last']}"),
        ("ledger_root", head["root"]),
        ("ledger_key", signed["fingerprint"]),
        ("ledger_signature", signed["signature"]),
    )
