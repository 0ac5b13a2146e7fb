"""How long pages take with 50 people at work on a district of 50,000 students: `python3 run.py bench web_load`.

Makes a home with a district as full as after five years, starts `gainline serve` on loopback as people start it, and
has users walk from the first screens along the links that they find, each with a session of their own and a pause
between pages; every tenth comes in by the door with a password. Prints per page how long people waited (p50, p95,
worst), how long the server worked on it, how much of that on a processor (which does not hang on what else the machine
does), how many queries it asked and which of them was slowest. A visitor asks the sign-in page, which reads nothing of
the district, once a second all the while: p50 and p95 stand as multiples of that page's, too, which other machines can
be compared by.

Options: --users 50 --seconds 90 --students 50000 --cycles 200 --think 5 --pages 60 --keep DIR
What stands in DIR is used again.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from web_district import PASSWORD, fill, signed_in

HERE = Path(__file__).resolve().parent
STARTS = (
    "/", "/aims/", "/tools/", "/cycles/", "/data/", "/data/worklist/", "/data/quality/", "/data/indicators/",
    "/roadmap/", "/people/", "/governance/", "/governance/trail/", "/library/", "/reports/", "/notes/",
)  # fmt: skip
LINK = re.compile(rb'href="(/[a-z][^"#?]*/)"')
NOT_WALKED = ("/accounts/", "/static/", "/look/", "/language/", "/health/", "/feedback/", "/family/", "/api/", "/demo/")
BY_THE_DOOR, RAMP = 10, 15.0  # every tenth person signs in; the others start within so many seconds
PATIENCE, STOPPING, OPENING = 60, 60, 900  # seconds for one page, for the server to end, and for it to open
PEOPLE = "people.txt"
DOOR = "(the sign-in page)"  # what an answer costs that reads nothing: the peer of every other page


@dataclass(slots=True)
class Page:
    """What was measured of one page; seconds."""

    waited: list[float] = field(default_factory=list)
    worked: list[float] = field(default_factory=list)
    turned: list[float] = field(default_factory=list)
    queries: list[int] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")


Pages = dict[str, Page]


def main() -> None:
    asked = options()
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(asked.keep or scratch).resolve() / "home"
        people = made(home, asked)
        with served(home) as port:
            pages = walk(port, people, asked)
    report(pages, asked)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    usual = {"users": 50, "seconds": 90, "students": 50_000, "cycles": 200, "think": 5, "pages": 60}
    for name, value in usual.items():
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--keep", help="a folder that stays; a district that stands there is used again")
    return parser.parse_args()


def made(home: Path, asked: argparse.Namespace) -> list[tuple[str, str]]:
    """The district of the home; who can sign in, and a session of each."""
    kept = home / PEOPLE
    home.mkdir(parents=True, exist_ok=True)
    os.environ |= {"GAINLINE_HOME": str(home), "DJANGO_SETTINGS_MODULE": "web_watched"}
    import django

    django.setup()
    if kept.is_file():  # the tables may have moved on, and sessions end after half an hour
        return signed_in([line.split()[0] for line in kept.read_text(encoding="utf-8").splitlines()])
    at = time.monotonic()
    print(f"Making a district of {asked.students:,} students", flush=True)
    people = fill(asked, lambda says: print(says, flush=True))
    kept.write_text("\n".join(" ".join(one) for one in people), encoding="utf-8")
    print(f"  together: {time.monotonic() - at:.1f} s", flush=True)
    return people


@contextmanager
def served(home: Path) -> Iterator[int]:
    """The application as people start it, with the watch around it; gives its port."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = int(one.getsockname()[1])
    words = [sys.executable, "-m", "gainline.cli.app", "serve", "--home", str(home), "--port", str(port)]
    path = os.pathsep.join([str(HERE), *filter(None, [os.environ.get("PYTHONPATH")])])
    said = {"DJANGO_SETTINGS_MODULE": "web_watched", "PYTHONPATH": path, "GAINLINE_LOG_LEVEL": "CRITICAL"}
    kept = {name: value for name, value in os.environ.items() if name != "GAINLINE_HOME"} | said
    with (home.parent / "server.log").open("wb") as log:
        process = subprocess.Popen(words, env=kept, stdout=log, stderr=subprocess.STDOUT, cwd=home.parent)
        try:
            _until_open(process, port, home.parent / "server.log")
            yield port
        finally:
            process.terminate()
            try:
                process.wait(STOPPING)
            except subprocess.TimeoutExpired:
                process.kill()


def _until_open(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + OPENING
    while process.poll() is None and time.monotonic() < until:
        try:
            line = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
            line.request("GET", "/health/")
            line.getresponse().read()
        except OSError:
            time.sleep(0.2)
        else:
            return
    sys.exit(f"the application did not open:\n{log.read_text(encoding='utf-8')[-3000:]}")


class Person:
    """One browser: its cookies, and what it has seen linked."""

    def __init__(self, port: int, session: str) -> None:
        self.port, self.seen = port, list(STARTS)
        self.cookies = {"gainline-session": session} if session else {}

    def ask(self, method: str, address: str, body: str = "") -> tuple[int, bytes, float, dict[str, str]]:
        """Status, content, seconds and headers of one request; cookies are kept."""
        line = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
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
        return answer.status, content, took, {name.lower(): value for name, value in answer.getheaders()}

    def sign_in(self, email: str) -> float | None:
        """Seconds of signing in by the door; None when it did not open."""
        _, content, _, _ = self.ask("GET", "/accounts/login/")
        token = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', content)
        given = token[1].decode() if token else ""
        body = f"csrfmiddlewaretoken={given}&login={email.replace('@', '%40')}&password={PASSWORD}"
        status, _, took, _ = self.ask("POST", "/accounts/login/", body)
        return took if status == 302 else None

    def follow(self, content: bytes) -> None:
        """Remember what a page links to; the first screens stay in reach."""
        found = sorted({link.decode() for link in LINK.findall(content)})
        fresh = [link for link in found if not link.startswith(NOT_WALKED)]
        self.seen = [*STARTS, *[one for one in self.seen + fresh if one not in STARTS][-100:]]


def walk(port: int, people: Sequence[tuple[str, str]], asked: argparse.Namespace) -> Pages:
    """Everybody walks until time is up; what is no page goes by its status."""
    pages: Pages = defaultdict(Page)
    lock, until = threading.Lock(), time.monotonic() + asked.seconds

    def one(number: int) -> None:
        rng, (email, session) = random.Random(number), people[number]
        person = Person(port, "" if number % BY_THE_DOOR == 0 else session)
        time.sleep(rng.uniform(0, min(RAMP, asked.seconds / 4)))
        if number % BY_THE_DOOR == 0:
            took = person.sign_in(email)
            with lock:
                pages["(sign in)" if took else "(the door stayed shut)"].waited.append(took or 0.0)
        while time.monotonic() < until:
            _step(person, rng.choice(person.seen), pages, lock)
            time.sleep(rng.uniform(0.5, 1.5) * asked.think)

    def visitor() -> None:
        while time.monotonic() < until:
            _, _, seconds, _ = Person(port, "").ask("GET", "/accounts/login/")
            with lock:
                pages[DOOR].waited.append(seconds)
            time.sleep(1)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(min(asked.users, len(people)))]
    threads.append(threading.Thread(target=visitor))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return pages


def _step(person: Person, address: str, pages: Pages, lock: threading.Lock) -> None:
    try:
        status, content, seconds, headers = person.ask("GET", address)
    except (OSError, HTTPException):
        status, content, seconds, headers = 599, b"", float(PATIENCE), {}
    person.follow(content)
    name = headers.get("x-bench-page", address)
    worked, queries, turned, slowest = headers.get("x-bench-cost", "0 0 0 0").split()
    with lock:
        page = pages[name if status == 200 else f"{name} ({status})"]
        page.waited.append(seconds)
        page.worked.append(float(worked))
        page.turned.append(float(turned))
        page.queries.append(int(queries))
        page.slowest = max(page.slowest, (float(slowest), headers.get("x-bench-slowest", "")))


def report(pages: Pages, asked: argparse.Namespace) -> None:
    door = pages[DOOR].waited
    whole = [seconds for name, page in pages.items() if name != DOOR for seconds in page.waited]
    print(f"{asked.users} people, {asked.seconds} s, {asked.think} s between pages, {asked.students:,} students, "
          f"{asked.cycles} cycles; {len(whole) / asked.seconds:.1f} pages a second")  # fmt: skip
    head = (
        f"{'page':52} {'asked':>5} {'p50 s':>7} {'p95 s':>7} {'worst':>7} {'work p95':>8} {'cpu p95':>7} {'queries':>7}"
    )
    print(f"{head} {'slowest query ms':>16} {'p50 x':>6} {'p95 x':>6}")
    order = sorted(pages.items(), key=lambda pair: -percentile(pair[1].waited, 95))
    for name, page in order[: asked.pages]:
        print(
            f"{name[:52]:52} {len(page.waited):5} {percentile(page.waited, 50):7.3f} "
            f"{percentile(page.waited, 95):7.3f} {max(page.waited):7.3f} "
            f"{percentile(page.worked, 95):8.3f} {percentile(page.turned, 95):7.3f} {max(page.queries, default=0):7} "
            f"{page.slowest[0] * 1000:16.1f} {_times(page.waited, door)}"
        )
    all_pages = f"{len(whole):5} {percentile(whole, 50):7.3f} {percentile(whole, 95):7.3f}"
    print(f"{'all pages':52} {all_pages}   times the sign-in page: {_times(whole, door)}\n")
    print("The slowest query of each page, the slowest five pages by it:")
    for name, page in sorted(pages.items(), key=lambda pair: -pair[1].slowest[0])[:5]:
        print(f"  {page.slowest[0] * 1000:.1f} ms  {name}: {page.slowest[1]}")


def _times(found: Sequence[float], door: Sequence[float]) -> str:
    """Half and 95 of a hundred answers as multiples of the sign-in page's, which was asked in the same seconds."""
    return " ".join(f"{percentile(found, of) / max(percentile(door, of), 1e-9):6.1f}" for of in (50, 95))


def percentile(found: Sequence[float], of: int) -> float:
    if len(found) < 2:
        return found[0] if found else 0.0
    return statistics.quantiles(found, n=100, method="inclusive")[of - 1]


if __name__ == "__main__":
    main()
