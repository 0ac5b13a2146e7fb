"""The verb of cost: read an account, ask the lake how much licenses are used, and hand over rows."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from gainline.engine.core.errors import DataIssues, Missing, Refused, UserFixable
from gainline.engine.core.refusals import Refusal
from gainline.engine.roadmap import Effort
from gainline.engine.roadmap.cost import Account, Accounted, Money, read_account, settle
from gainline.engine.roadmap.cost.contracting import PaidOut
from gainline.engine.roadmap.cost.effects import PerOutcome
from gainline.engine.roadmap.cost.licensing import Use
from gainline.engine.roadmap.cost.sheet import License
from gainline.engine.roadmap.model import Kind
from gainline.road.measuring import measure
from gainline.road.roadmapping import solve_file
from gainline.road.workspace import Workspace

Row = dict[str, str | int | float | None]
DOSAGE = "dosage"
DOSE = "recommended_per_week"


def account_file(
    path: Path, workspace: Workspace | None, roadmap: Path | None = None, *, runs: int, seed: int
) -> tuple[Account, Accounted]:
    """Work out a cost account, with the dates of a roadmap where one is named.

    Raises
    ------
    Missing, UserFixable
        When there is no such file, or it is no text in UTF-8.
    DataIssues
        When the text, or the roadmap, has errors; they are named.
    Refused
        When an item has no price that may be used (CO010 to CO013).
    """
    account = _read(path)
    go_lives = first_go_lives(roadmap) if roadmap else {}
    found = settle(account, active=active_in(workspace, account), go_lives=go_lives, runs=runs, seed=seed)
    if isinstance(found, list):
        raise Refused("; ".join(f"{r.code}: {r.because}" for r in found), found[0].remedy)
    return account, found


def first_go_lives(path: Path) -> dict[str, date]:
    """By initiative, the first day on which the roadmap's plan lets a school go live."""
    roadmap, plan = solve_file(path, Effort())
    found: dict[str, date] = {}
    for activity in roadmap.activities:
        if activity.kind is Kind.GO_LIVE:
            start = plan.dates[activity.key].start
            found[activity.initiative] = min(start, found.get(activity.initiative, start))
    return found


def _read(path: Path) -> Account:
    if not path.is_file():
        raise Missing(f"there is no file {path}", "name the account's TOML file")
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as fault:
        raise UserFixable(f"{path} is no text in UTF-8", "save it as UTF-8") from fault
    account, issues = read_account(text, file=path.name)
    if account is None:
        raise DataIssues("; ".join(map(str, issues)), "mend the file")
    return account


def active_in(workspace: Workspace | None, account: Account) -> dict[str, int | None]:
    """By tool that is to be counted in the lake, how many licensed students reached its dosage; None for too few."""
    if workspace is None:
        return {}
    asked = [license_ for license_ in account.sheet.licenses if license_.minutes_per_week is not None]
    return {license_.tool: _active(workspace, license_) for license_ in asked}


def _active(workspace: Workspace, license_: License) -> int | None:
    if license_.start is None or license_.end is None:
        return None
    rows = measure(
        workspace,
        DOSAGE,
        by=("tool",),
        days=(license_.start, license_.end),
        where={"tool": [license_.tool]},
        params={DOSE: license_.minutes_per_week or 0.0},
    )
    if len(rows) != 1 or rows[0]["value"] is None or rows[0]["n"] is None:
        return None
    return round(float(rows[0]["value"]) * int(rows[0]["n"]))


def ingredient_rows(found: Accounted) -> list[Row]:
    """One row per ingredient, dearest first; money with two places."""
    rows: list[Row] = [
        {
            "ingredient": one.key,
            "line": one.line.value,
            "each": shown(one.each),
            "times": len(one.payments),
            "total": shown(one.amount),
            "life_years": one.life_years,
            "price_from": one.source,
        }
        for one in sorted(found.costs.ingredients, key=lambda one: (-one.amount.cents, one.key))
    ]
    return rows


def shown(money: Money | None) -> str | None:
    """An amount as programs and people read it, without its currency."""
    return None if money is None else f"{money.amount:.2f}"


def sum_rows(found: Accounted) -> list[Row]:
    """The whole by line of total cost of ownership and by who bears it, with shares of the whole."""
    whole = found.costs.amount
    parts = [("line", line.value, amount) for line, amount in found.costs.by_line().items()]
    parts += [("borne by", who, amount) for who, amount in found.costs.by_bearer().items()]
    rows: list[Row] = [
        {"by": by, "what": what, "amount": shown(amount), "share": _share(amount, whole)} for by, what, amount in parts
    ]
    return [*rows, {"by": "in all", "what": found.costs.currency, "amount": shown(whole), "share": 1.0}]


def _share(part: Money, whole: Money) -> float:
    return round(part.cents / whole.cents, 4) if whole.cents else 0.0


def year_rows(found: Accounted) -> list[Row]:
    """One row per rate: each fiscal year, the worth at the start, and the equal sum per year."""
    return [
        {
            "rate": f"{yearly.rate:.1%}",
            **{str(year): shown(amount) for year, amount in yearly.by_year.items()},
            "present_value": shown(yearly.present),
            "a_year": shown(yearly.a_year),
        }
        for yearly in found.costs.yearly
    ]


def student_rows(found: Accounted) -> list[Row]:
    """One row per kind of student that the cost is divided by."""
    return [{"per_student": s.base, "students": s.students, "a_year": shown(s.cost)} for s in found.per_student]


def license_rows(found: Accounted) -> list[Row]:
    """One row per tool: bought, active, and what idle licenses cost; why not, where that is not known."""
    return [_license(use) for use in found.licenses]


def _license(use: Use | Refusal) -> Row:
    keys = ("tool", "bought", "active", "utilization", "idle")
    if isinstance(use, Refusal):
        return {**dict.fromkeys(keys), "note": str(use)}
    values = (use.tool, use.bought, use.active, round(use.utilization, 4), shown(use.idle))
    return {**dict(zip(keys, values, strict=True)), "note": use.counted}


def balance_rows(found: Accounted) -> list[Row]:
    """One row per funding source: its award, what each year takes of it, and what is left."""
    return [
        {
            "source": balance.source,
            "award": shown(balance.award),
            **{str(year): shown(amount) for year, amount in balance.by_year.items()},
            "left": shown(balance.left),
        }
        for balance in found.balances
    ]


def day_rows(found: Accounted) -> list[Row]:
    """Every day that matters, in order: of funding sources and of contracts that renew."""
    rows: list[Row] = [
        {"on": day.on.isoformat(), "of": day.source, "what": day.what, "unspent": shown(day.unspent)}
        for day in found.calendar
    ]
    for one in found.renewals:
        days: list[tuple[date | None, str]] = [
            (one.data_by, "last day of records that can still count"),
            (one.papers_by, "papers go to the board"),
            (one.vote_by, "last vote in time"),
            (one.notice_by, "notice is due"),
            (one.ends_on, "ends, or renews"),
        ]
        rows.extend(
            {"on": on.isoformat(), "of": one.contract, "what": what, "unspent": None} for on, what in days if on
        )
    return sorted(rows, key=lambda row: (str(row["on"]), str(row["of"])))


def contract_rows(found: Accounted) -> list[Row]:
    """One row per outcomes-based contract: what is sure, what may be, and the most it can be."""
    return [_contract(paid) for paid in found.contracts]


def _contract(paid: PaidOut) -> Row:
    levels = {f"p{level}": shown(amount) for level, amount in paid.levels.items()}
    most = {"worst": shown(paid.worst), "capped": round(paid.capped, 4)}
    return {"contract": paid.contract, "sure": shown(paid.sure), "mean": shown(paid.mean), **levels, **most}


def said(account: Account, found: Accounted) -> list[str]:
    """What a table cannot say: the ratio or why there is none, and what nobody has said."""
    lines = []
    outcome = found.per_outcome
    if isinstance(outcome, PerOutcome):
        lines.append(
            f"One step of {outcome.step:g} {outcome.unit} costs {outcome.value:,.2f} {account.sheet.currency} a year "
            f"per student {outcome.base}, {outcome.low:,.2f} to {outcome.high:,.2f} at {outcome.level:.0%}."
        )
    elif outcome is not None:
        lines.append(f"No cost per outcome. {outcome}")
    if found.costs.silent:
        names = ", ".join(line.value for line in found.costs.silent)
        lines.append(f"Nothing is said of {names}: price them, or say why they cost nothing in the table none.")
    lines.extend(
        f"{one.contract}: the evidence is there {one.spare_days} days before papers are due."
        for one in found.renewals
        if one.spare_days is not None and one.spare_days >= 0
    )
    return lines


def as_json(account: Account, found: Accounted) -> dict[str, object]:
    """Everything a program needs, plain values only; money as text with two places, never as a binary fraction."""
    outcome = found.per_outcome
    ratio: object = str(outcome) if isinstance(outcome, Refusal) else None
    if isinstance(outcome, PerOutcome):
        ratio = {
            "value": round(outcome.value, 4),
            "low": round(outcome.low, 4),
            "high": round(outcome.high, 4),
            "step": outcome.step,
            "unit": outcome.unit,
            "per_student": outcome.base,
            "level": outcome.level,
        }
    return {
        "account": account.sheet.name,
        "currency": account.sheet.currency,
        "year": account.sheet.year,
        "place": account.sheet.place,
        "ingredients": ingredient_rows(found),
        "sums": sum_rows(found),
        "years": year_rows(found),
        "students": student_rows(found),
        "per_outcome": ratio,
        "licenses": license_rows(found),
        "funding": balance_rows(found),
        "calendar": day_rows(found),
        "outcomes_contracts": contract_rows(found),
        "not_said": [line.value for line in found.costs.silent],
        "issues": [issue.to_json_value() for issue in found.issues],
    }
