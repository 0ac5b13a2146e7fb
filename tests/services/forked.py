"""Many processes and sudden deaths on a home of its own: a program that the tests run, so that it may fork.

`forked.py writers PROCESSES WRITES` has processes write at once; `forked.py kills TIMES` kills a process with signal 9
in the middle of imports and registrations; `forked.py handovers TIMES` in the middle of handovers of students' rows.
Each prints what it found as one line of JSON.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from importlib import resources
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gainline.config.settings")
SEED = 20_260_601


def main(words: list[str]) -> None:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    done = {"writers": writers, "kills": kills, "handovers": handed_over}[words[0]](*map(int, words[1:]))
    print(json.dumps(done))


def forked(work: Callable[[], None]) -> int:
    """Run something in a child with a connection of its own; gives the child's process id."""
    from django.db import connections

    connections.close_all()
    child = os.fork()
    if child:
        return child
    try:
        work()
    except BaseException as fault:  # the child says what it died of, and never returns into the parent's code
        print(type(fault).__name__, fault, file=sys.stderr)
        os._exit(1)
    os._exit(0)


def writers(processes: int, writes: int) -> dict[str, object]:
    """Every process sets aims, each write with its audit event in the district's one chain."""
    from cast import found
    from gainline.services import aims, clock, governance

    cast = found()
    day, pipes = clock.today(cast.district), []
    before = governance.trail_head(by=cast["auditor"])[0]
    started = time.monotonic()
    for number in range(processes):
        reading, writing = os.pipe()

        def work(number: int = number, writing: int = writing) -> None:
            errors, worst = 0, 0.0
            for turn in range(writes):
                at = time.monotonic()
                try:
                    aims.set_aim(by=cast.lead, unit=cast.root, title=f"Aim {number}/{turn}", by_when=day)
                except Exception:
                    errors += 1
                worst = max(worst, time.monotonic() - at)
            os.write(writing, json.dumps([errors, worst]).encode())

        pipes.append((forked(work), reading))
        os.close(writing)
    ends = [(os.waitpid(child, 0)[1], json.loads(os.read(reading, 200) or b"[1, 0]")) for child, reading in pipes]
    seconds = time.monotonic() - started
    return {
        "errors": sum(errors for _, (errors, _) in ends) + sum(bool(status) for status, _ in ends),
        "aims": len(aims.aims(by=cast.lead)),
        "events": governance.trail_head(by=cast["auditor"])[0] - before,
        "broken": len(governance.verify_trail(by=cast["auditor"])),
        "seconds": round(seconds, 1),
        "worst_wait": round(max(worst for _, (_, worst) in ends), 2),
    }


def kills(times: int) -> dict[str, object]:
    """Kill registrations and imports at a random moment; afterwards each must be whole, absent, and repeatable."""
    from datetime import date

    from builders.agreed import vendor_agreed
    from cast import found
    from gainline.services import clock

    with clock.stopped_at(date(2025, 9, 29)):
        cast = found()
        vendor_agreed(cast, "lumen")
        rng = random.Random(SEED)
        took = {"register": timed(lambda: registered(cast, "first")), "import": timed(lambda: imported(cast, "first"))}
        half = [registration_killed(cast, number, rng.uniform(0, took["register"])) for number in range(times)]
        half += [import_killed(cast, number, rng.uniform(0, took["import"])) for number in range(times)]
        return verdict(cast, half)


def timed(work: Callable[[], object]) -> float:
    started = time.monotonic()
    work()
    return time.monotonic() - started


def in_child(work: Callable[[], None]) -> None:
    """Run something aside: Delta's writer keeps threads, which this process must not have when it forks."""
    assert os.waitpid(forked(work), 0)[1] == 0


def killed(work: Callable[[], None], after: float) -> None:
    child = forked(work)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def drafted(cast, name):
    from datetime import date

    from gainline.services import aims, cycles, tools

    text = resources.files("gainline.engine.worlds").joinpath("plans/lumen-reading.toml").read_text(encoding="utf-8")
    day, key = date(2026, 6, 1), f"lumen-{name}"
    aim = aims.set_aim(by=cast.lead, unit=cast.root, title=f"More read well {name}", by_when=day)
    known = {one.key: one for one in tools.tools(by=cast.lead)}
    tool = known.get("lumen") or tools.add_tool(by=cast.lead, key="lumen", name="Lumen")
    asked = cycles.Asked(title=key, question="Does it help?", decide_by=day, key=key)
    cycle = cycles.start_cycle(by=cast.lead, aim=aim, tool=tool, asked=asked)
    cycles.save_draft(by=cast["analyst"], cycle=cycle, text=text.replace('key = "lumen-reading"', f'key = "{key}"'))
    return cycle


def registered(cast, name):
    from gainline.services import registrations

    return registrations.register(by=cast.lead, cycle=drafted(cast, name))


def registration_killed(cast, number, after) -> list[str]:
    from gainline.engine.core.errors import Conflict
    from gainline.services import registrations
    from gainline.services.workspaces import open_workspace

    cycle = drafted(cast, f"k{number}")
    killed(lambda: registrations.register(by=cast.lead, cycle=cycle) and None, after)
    rows = registrations.registrations(by=cast.lead, cycle=cycle)
    faults = ["more than one row"] if len(rows) > 1 else []
    faults += ["no event"] if rows and events_of(cast, rows[0].public_id) != 1 else []
    try:
        registrations.register(by=cast.lead, cycle=cycle)
    except Conflict:
        faults += [] if rows else ["not repeatable"]
    [row] = registrations.registrations(by=cast.lead, cycle=cycle)
    locked = [
        one.payload["plan_sha256"]
        for one in open_workspace(cast.district).ledger.entries()
        if one.payload.get("key") == cycle.key and "plan_sha256" in one.payload
    ]
    return faults + ([] if locked == [row.sha256] else ["ledger and row differ"])


def events_of(cast, target) -> int:
    from gainline.store.models.audit import AuditEvent
    from gainline.store.tenancy import within

    with within(cast.district.pk):
        return AuditEvent.objects.filter(target=target).count()


def usage_file(name):
    from django.core.files.uploadedfile import SimpleUploadedFile

    first = int.from_bytes(name.encode()) * 2_000  # no two files hold a row in common
    rows = [f"{first + n},Oak School,Lumen,2025-09-{1 + n % 28:02d},{n % 60}" for n in range(2_000)]
    return SimpleUploadedFile(f"{name}.csv", "\n".join(["student_id,school,tool,day,minutes", *rows]).encode())


def brought(cast, name):
    from gainline.services import imports

    return imports.receive(by=cast["analyst"], source=name, files=[usage_file(name)])


def carried(cast, row) -> None:
    from gainline.services import working

    working.carry_out(public_id=row.job.public_id, district_id=cast.district.pk)


def imported(cast, name):
    row = brought(cast, name)
    in_child(lambda: carried(cast, row))
    return row


def import_killed(cast, number, after) -> list[str]:
    from datetime import timedelta

    from gainline.services import imports, queue

    name, whole = f"file{number}", lake_rows(cast)
    row = brought(cast, name)
    killed(lambda: carried(cast, row), after)
    got = {
        table: count - whole.get(table, 0) for table, count in lake_rows(cast).items() if count != whole.get(table, 0)
    }
    queue.give_up_lost(silent_for=timedelta(0))
    seen = imports.brought(by=cast["analyst"], public_id=row.public_id)
    faults = ["says done, holds nothing"] if seen.snapshot and not got else []
    faults += ["still running"] if seen.job.state == "running" else []
    imported(cast, name)
    after_all = {t: n - whole.get(t, 0) for t, n in lake_rows(cast).items() if n != whole.get(t, 0)}
    faults += ["half a file was seen"] if got and got != after_all else []
    return faults + ([] if after_all else ["nothing came in afterwards"])


def lake_rows(cast) -> dict[str, int]:
    from gainline.services.workspaces import open_workspace

    return {one.name: one.rows for one in open_workspace(cast.district).lake.head().tables}


def handed_over(times: int) -> dict[str, object]:
    """Kill handovers at a random moment; after each, disclosures are the students of the files that can be reached."""
    from datetime import date

    from builders.agreed import vendor_agreed
    from cast import found
    from gainline.services import clock

    with clock.stopped_at(date(2025, 10, 1)):
        cast = found()
        in_child(lambda: give_tiny_records(cast))
        agreement = vendor_agreed(cast, "lumen-reading")
        took = timed(lambda: in_child(lambda: hand(cast, agreement)))
        rng = random.Random(SEED)
        half = []
        for _ in range(times):
            killed(lambda: hand(cast, agreement), rng.uniform(0, took))
            half.append(out_of_step(cast))
        in_child(lambda: hand(cast, agreement))
        left = out_of_step(cast) + files_without_rows(cast)
        return verdict(cast, [*half, left]) | {"finished": len(rows_and_files(cast)[0])}


def give_tiny_records(cast) -> None:
    from builders.tiny_district import give_records

    give_records(cast.district)


def hand(cast, agreement) -> None:
    from gainline.engine.privacy.purposes import Purpose
    from gainline.services import handovers

    handovers.MOST_A_DAY = 10_000  # the quota of a day is not what is tried here
    handovers.hand_over(by=cast["privacy_lead"], agreement=agreement, purpose=Purpose.EVALUATION)


def rows_and_files(cast):
    from gainline.services.workspaces import folder_of
    from gainline.store.models.disclosures import Handover
    from gainline.store.tenancy import within

    with within(cast.district.pk):
        rows = list(Handover.objects.all())
    return rows, {path.stem: path for path in (folder_of(cast.district) / "handovers").glob("*.zip")}


def out_of_step(cast) -> list[str]:
    """What of rows, files, disclosures and the trail does not fit together; a file without a row is not reachable."""
    from gainline.road.disclosing import students_in
    from gainline.store.models.audit import AuditEvent
    from gainline.store.models.disclosures import Disclosure
    from gainline.store.tenancy import within

    rows, files = rows_and_files(cast)
    faults = []
    for row in rows:
        with within(cast.district.pk):
            told = Disclosure.objects.filter(handover=row).count()
        held = students_in(files[row.public_id].read_bytes()) if row.public_id in files else -1
        faults += [] if told == row.students == held else ["disclosures are not the students of the file"]
    with within(cast.district.pk):
        events = AuditEvent.objects.filter(verb="handovers.hand_over").count()
        loose = Disclosure.objects.count() - sum(row.students for row in rows)
    return faults + (["events"] if events != len(rows) else []) + (["loose disclosures"] if loose else [])


def files_without_rows(cast) -> list[str]:
    rows, files = rows_and_files(cast)
    return ["a file that nobody stands for"] if set(files) != {row.public_id for row in rows} else []


def verdict(cast, half) -> dict[str, object]:
    from gainline.services import governance
    from gainline.services.workspaces import open_workspace

    return {
        "kills": len(half),
        "half": [faults for faults in half if faults],
        "broken": len(governance.verify_trail(by=cast["auditor"])),
        "ledger": len(open_workspace(cast.district).ledger.verify()),
    }


if __name__ == "__main__":
    main(sys.argv[1:])
