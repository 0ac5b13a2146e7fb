"""Register: check a plan, lock it in the ledger, and show every later change as a deviation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from gainline.engine.core.errors import DataIssues, Missing, UserFixable
from gainline.engine.core.issues import Issue, Level, has_errors
from gainline.engine.indicators import load_catalogue
from gainline.engine.pilots import Registration, amend, check_plan, find_registration, parse_plan, register
from gainline.engine.pilots.plan import Plan
from gainline.engine.pilots.registration import AMENDED, REGISTERED
from gainline.road.checking import EVALUATED
from gainline.road.workspace import Workspace


@dataclass(frozen=True, slots=True)
class CheckedPlan:
    """A plan document with everything that is wrong with it; `plan` is ``None`` when it could not be read at all."""

    path: Path
    plan: Plan | None
    issues: tuple[Issue, ...]

    @property
    def may_register(self) -> bool:
        """Tell whether nothing of level error stands against it."""
        return self.plan is not None and not has_errors(self.issues)

    @property
    def warnings(self) -> tuple[Issue, ...]:
        """What speaks against registering without forbidding it."""
        return tuple(issue for issue in self.issues if issue.level is not Level.ERROR)


def check_plan_file(path: Path, *, as_of: date, workspace: Workspace | None = None) -> CheckedPlan:
    """Read a plan and list what is missing, impossible or unwise in it, with line numbers.

    Raises
    ------
    Missing
        When there is no such file.
    """
    if not path.is_file():
        raise Missing(f"there is no plan at {path}", "name a plan's TOML file")
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as fault:
        raise UserFixable(f"{path.name} is not UTF-8 text", "save the plan as UTF-8") from fault
    plan, issues = parse_plan(text, file=path.name)
    if plan is None:
        return CheckedPlan(path, None, tuple(issues))
    catalogue, faults = load_catalogue([workspace.folder("indicators")] if workspace else [])
    found = check_plan(plan, file=path.name, text=text, as_of=as_of, indicators=catalogue)
    return CheckedPlan(path, plan, (*issues, *faults, *found))


def register_plan(workspace: Workspace, path: Path, *, as_of: date) -> Registration:
    """Lock a plan: its canonical form, hash, day and snapshot enter the append-only ledger.

    Registering the same plan again changes nothing and gives the first registration back.

    Raises
    ------
    DataIssues
        When the plan has issues of level error.
    Conflict
        When another plan is registered under the same key: amend it instead.
    """
    plan = _sound(check_plan_file(path, as_of=as_of, workspace=workspace))
    snapshot = workspace.lake.head().id
    existing = find_registration(workspace.ledger.entries(), plan.key)
    registration = register(plan, snapshot=snapshot, as_of=as_of, existing=existing)
    if not registration.is_repeat:
        workspace.ledger.append(REGISTERED, registration.to_payload(), on=as_of)
    return registration


def amend_plan(workspace: Workspace, path: Path, *, reason: str, as_of: date) -> Registration:
    """Record a change to a registered plan, with its reason; every report shows it as a deviation.

    Raises
    ------
    Missing
        When nothing is registered under the plan's key.
    """
    plan = _sound(check_plan_file(path, as_of=as_of, workspace=workspace))
    existing = registration_of(workspace, plan.key)
    amendment = amend(existing, plan, reason=reason, as_of=as_of)
    workspace.ledger.append(AMENDED, amendment.to_payload(), on=as_of)
    return registration_of(workspace, plan.key)


def registration_of(workspace: Workspace, key: str) -> Registration:
    """The registration of a plan with its amendments.

    Raises
    ------
    Missing
        When nothing is registered under the key.
    """
    found = find_registration(workspace.ledger.entries(), key)
    if found is None:
        raise Missing(f"no plan is registered under the key {key}", "register it first: gainline plan register PLAN")
    return found


@dataclass(frozen=True, slots=True)
class PlanState:
    """How far a registered plan has come."""

    key: str
    registered_on: date
    evaluated_on: date | None


def registered_plans(workspace: Workspace) -> list[PlanState]:
    """Every registered plan in the order of registration, with the day of its last evaluation."""
    entries = workspace.ledger.entries()
    evaluated = {str(entry.payload.get("key")): entry.on for entry in entries if entry.kind == EVALUATED}
    registered = {str(entry.payload.get("key")): entry.on for entry in entries if entry.kind == REGISTERED}
    return [PlanState(key, on, evaluated.get(key)) for key, on in registered.items()]


def _sound(checked: CheckedPlan) -> Plan:
    if checked.plan is None or not checked.may_register:
        raise DataIssues(
            f"{checked.path.name} cannot be registered as it stands:\n" + "\n".join(f"  {i}" for i in checked.issues),
            "mend what is marked as error and register again",
        )
    return checked.plan
