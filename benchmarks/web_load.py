"""How long pages take with 50 people at work on a district of 50,000 students: `python3 run.py bench web_load`.

Makes a home with a district whose tables are as full as after five years (aims, tools, cycles, imports, notes, trail),
whose workspace holds 50,000 students, starts `gainline serve` on loopback and has users walk the lists and their rows,
each with a session of their own and a pause between pages. Prints p50, p95 and the worst per page.

Options: --users 50 --seconds 60 --students 50000 --cycles 200 --keep DIR
"""

from __future__ import annotations

import argparse
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path

PASSWORD = "a-long-password-for-the-benchmark"
STARTS = ("/", "/aims/", "/tools/", "/cycles/", "/data/", "/library/", "/notes/", "/people/", "/governance/trail/")
PAUSE = (0.5, 2.0)  # seconds that a person looks at a page
LINK = re.compile(rb'href="(/[a-z][^"#?]*/)"')
NOT_WALKED = ("/accounts/", "/static/", "/look/", "/language/", "/health/", "/feedback/")


def main() -> None:
    asked = options()
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(asked.keep or scratch) / "home"
        home.mkdir(parents=True, exist_ok=True)
        emails = fill(home, asked)
        with served(home) as port:
            took = walk(port, emails, asked)
    report(took, asked)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, usual in (("users", 50), ("seconds", 60), ("students", 50_000), ("cycles", 200)):
        parser.add_argument(f"--{name}", type=int, default=usual)
    parser.add_argument("--keep", help="a folder that stays, instead of a temporary one")
    return parser.parse_args()


def fill(home: Path, asked: argparse.Namespace) -> list[str]:
    """A district with rows for five years; the e-mail addresses of who can sign in."""
    os.environ |= {"GAINLINE_HOME": str(home), "DJANGO_SETTINGS_MODULE": "gainline.config.settings"}
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    from gainline.services import people
    from gainline.store.words import Role, UnitKind

    lead = people.found_district(
        founding=people.Founding("Benchmark Unified"), lead_name="Dana Lead", lead_email="dana@bench.example",
        password=PASSWORD,
    )  # fmt: skip
    root = people.root(by=lead)
    for number in range(60):
        people.add_unit(by=lead, kind=UnitKind.SCHOOL, name=f"School {number}", parent=root)
    emails = [lead.email]
    roles = (Role.ANALYST, Role.PRIVACY_LEAD, Role.COACH, Role.AUDITOR, Role.EDTECH_LEAD)
    for number in range(asked.users - 1):
        one = people.invite(by=lead, name=f"Person {number}", email=f"person{number}@bench.example")
        one.set_password(PASSWORD)
        one.save()
        people.grant(by=lead, account=one, role=roles[number % len(roles)], unit=root)
        emails.append(one.email)
    fill_thread(lead, root, asked.cycles)
    fill_records(lead, home, asked.students)
    return emails


def fill_thread(lead: object, root: object, count: int) -> None:
    """Aims with measures and drivers, tools with contracts, and cycles on them."""
    from gainline.services import aims, clock, cycles, notes, tools
    from gainline.store.words import DriverKind, MeasureKind

    today = clock.today(lead.district)
    portfolio = [tools.add_tool(by=lead, key=f"tool-{n}", name=f"Tool {n}") for n in range(max(5, count // 4))]
    for tool in portfolio:
        terms = tools.Terms(today - timedelta(days=200), today + timedelta(days=165), today + timedelta(days=75))
        tools.add_contract(by=lead, tool=tool, terms=terms)
    for number in range(max(3, count // 10)):
        by_when = today + timedelta(days=300 + number)
        aim = aims.set_aim(by=lead, unit=root, title=f"Aim {number}", by_when=by_when)
        measured = aims.Measured(MeasureKind.OUTCOME, f"reading_{number}", "Reading", "points", 5.0)
        aims.add_measure(by=lead, aim=aim, measured=measured)
        aims.add_driver(by=lead, aim=aim, kind=DriverKind.PRIMARY, label="Practice")
        for turn in range(10):
            asked = cycles.Asked(f"Cycle {number}-{turn}", "Does it help?", today + timedelta(days=30 + turn))
            cycle = cycles.start_cycle(by=lead, aim=aim, tool=portfolio[(number + turn) % len(portfolio)], asked=asked)
            cycles.save_draft(by=lead, cycle=cycle, text='format = "gainline-plan/1"\n')
            notes.pin(by=lead, says="Snow week", cycle=cycle, on=today)


def fill_records(lead: object, home: Path, students: int) -> None:
    """A roster of that many students and a month of their usage, imported as a person would."""
    from django.core.files import File

    from gainline.services import imports, working

    folder = home / "made-up"
    folder.mkdir(exist_ok=True)
    for path in made_up(folder, students):
        with path.open("rb") as file:
            brought = imports.receive(by=lead, source=path.stem, files=[File(file, name=path.name)])
        working.carry_out(public_id=brought.job.public_id, district_id=lead.district_id)


def made_up(folder: Path, students: int) -> Iterator[Path]:
    rng, first = random.Random(5), date(2025, 9, 1)
    roster = folder / "students.csv"
    lines = ["student_id,first_name,last_name,grade,school"]
    lines += [f"{100_000 + n},N{n},M{n},{n % 9 + 1:02d},School {n % 60}" for n in range(students)]
    roster.write_text("\n".join(lines), encoding="utf-8")
    usage = folder / "usage.csv"
    with usage.open("w", encoding="utf-8") as file:
        file.write("student_id,school,tool,day,minutes\n")
        for n in range(students):
            for _ in range(4):
                day = first + timedelta(days=rng.randrange(28))
                file.write(f"{100_000 + n},School {n % 60},tool-{n % 5},{day},{rng.randrange(60)}\n")
    return iter((roster, usage))


@contextmanager
def served(home: Path) -> Iterator[int]:
    """The application as people start it; gives its port."""
    import socket

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = int(one.getsockname()[1])
    words = [str(Path(sys.executable).with_name("gainline")), "serve", "--home", str(home), "--port", str(port)]
    kept = {name: value for name, value in os.environ.items() if name != "GAINLINE_HOME"} | {
        "GAINLINE_LOG_LEVEL": "CRITICAL",
        "GAINLINE_DEMO": "true",  # its people are made up, too, and have no second factor
    }
    process = subprocess.Popen(words, env=kept, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        for line in process.stdout or ():
            if "Gainline is at" in line:
                break
        threading.Thread(target=lambda: [None for _ in process.stdout or ()], daemon=True).start()
        yield port
    finally:
        process.terminate()
        process.wait(30)


class Person:
    """One browser: its cookies, and what it has seen linked."""

    def __init__(self, port: int, email: str) -> None:
        self.port, self.email, self.cookies, self.seen = port, email, {}, list(STARTS)

    def ask(self, method: str, address: str, body: str = "") -> tuple[int, bytes, float]:
        """Status, content and seconds of one request; cookies are kept."""
        line = HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()), "Host": f"127.0.0.1:{self.port}"}
        if body:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://127.0.0.1:{self.port}"}
        at = time.monotonic()
        line.request(method, address, body or None, headers)
        answer = line.getresponse()
        content = answer.read()
        took = time.monotonic() - at
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        line.close()
        return answer.status, content, took

    def sign_in(self) -> bool:
        """Tell whether the door opened."""
        _, content, _ = self.ask("GET", "/accounts/login/")
        token = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', content)
        given = token[1].decode() if token else ""
        email = self.email.replace("@", "%40")
        body = f"csrfmiddlewaretoken={given}&login={email}&password={PASSWORD}"
        return self.ask("POST", "/accounts/login/", body)[0] == 302


def walk(port: int, emails: list[str], asked: argparse.Namespace) -> dict[str, list[float]]:
    """Everybody walks until time is up: seconds by page, where ids are one page; statuses that are no page apart."""
    took: dict[str, list[float]] = defaultdict(list)
    lock, until = threading.Lock(), time.monotonic() + asked.seconds

    def one(number: int) -> None:
        rng, person = random.Random(number), Person(port, emails[number])
        if not person.sign_in():
            took["(cannot sign in)"].append(0.0)
            return
        while time.monotonic() < until:
            address = rng.choice(person.seen)
            try:
                status, content, seconds = person.ask("GET", address)
            except (OSError, HTTPException):
                status, content, seconds = 599, b"", 60.0
            name = re.sub(r"[a-z]{3,4}_[0-9a-f]{20}", "ID", address)
            with lock:
                took[name if status == 200 else f"{name} ({status})"].append(seconds)
            found = {link.decode() for link in LINK.findall(content)}
            person.seen += [link for link in found if not link.startswith(NOT_WALKED)][:20]
            person.seen = [*STARTS, *person.seen[-200:]]
            time.sleep(rng.uniform(*PAUSE))

    threads = [threading.Thread(target=one, args=(number,)) for number in range(asked.users)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took


def report(took: dict[str, list[float]], asked: argparse.Namespace) -> None:
    whole = [seconds for name, found in took.items() if name.endswith("/") for seconds in found]
    print(f"{asked.users} people, {asked.seconds} s, {asked.students:,} students, {asked.cycles} cycles")
    print(f"{'page':60} {'asked':>6} {'p50 s':>7} {'p95 s':>7} {'worst':>7}")
    for name, found in sorted(took.items(), key=lambda pair: -percentile(pair[1], 95)):
        print(f"{name:60} {len(found):6} {percentile(found, 50):7.3f} {percentile(found, 95):7.3f} {max(found):7.3f}")
    print(f"{'all pages':60} {len(whole):6} {percentile(whole, 50):7.3f} {percentile(whole, 95):7.3f}")


def percentile(found: list[float], of: int) -> float:
    if len(found) < 2:
        return found[0] if found else 0.0
    return statistics.quantiles(found, n=100, method="inclusive")[of - 1]


if __name__ == "__main__":
    main()
