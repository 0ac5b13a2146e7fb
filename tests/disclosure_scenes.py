"""Populations, what the public pages print of them, and what a reader can make of that."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from gainline.engine.privacy import Audience, Policy, nested, one_way, release, two_way
from gainline.engine.privacy.release import remember
from gainline.engine.privacy.tables import faces, outcomes
from gainline.engine.reports.facts import Facts
from gainline.engine.reports.words import words
from reader_attack import Reader

POLICY = Policy()
SMALL, REACH = POLICY.minimum_n, POLICY.minimum_range
TOTAL = "total"


@dataclass
class Tally:
    """How an attack ended."""

    scenes: int = 0
    guarded: int = 0
    exact: int = 0
    narrow: int = 0
    known_anyway: int = 0
    differences: int = 0
    asked_differences: int = 0
    cells: int = 0
    not_exact: int = 0
    hidden: int = 0
    reasons: dict = field(default_factory=dict)

    def judge(self, low, high):
        self.guarded += 1
        self.exact += low == high
        self.narrow += high - low < REACH

    def note(self, released, keys):
        self.cells += len(keys)
        self.not_exact += sum(released.counts[key].shown != "exact" for key in keys)
        self.hidden += sum(released.counts[key].is_hidden for key in keys)
        for reason in released.reasons:
            self.reasons[reason.code] = self.reasons.get(reason.code, 0) + 1

    def __str__(self):
        said = f"{self.scenes} scenes, {self.guarded} guarded counts: {self.exact} exact, {self.narrow} ranges under 5"
        if self.known_anyway:
            said += f", beside {self.known_anyway} that were known without the page"
        if self.asked_differences:
            said += f"; {self.asked_differences} changes by a few: {self.differences} worked out"
        return f"{said}; of {self.cells} counts {self.not_exact} not exact, {self.hidden} hidden; {self.reasons}"


def publicly(table, **more):
    """The counts as the public may see them."""
    return release(table, audience=Audience.PUBLIC, policy=POLICY, **more)


def public(table, **more):
    """What the public pages would print: the released counts and their texts."""
    released = publicly(table, **more)
    return released, Facts({}, words("en"), released)


def counts_of(chance, rows, columns):
    """Counts of groups, most of them a class or two, some a handful, some a whole grade."""
    return chance.negative_binomial(1, 1 / 30, size=(rows, columns)).tolist()


def grid(name, rows, columns):
    """The sums of a table of rows by columns, as everybody reads it."""
    whole_rows, whole_columns = [*rows, TOTAL], [*columns, TOTAL]
    across = [((name, r, TOTAL), [(name, r, c) for c in columns]) for r in whole_rows]
    return across + [((name, TOTAL, c), [(name, r, c) for r in rows]) for c in whole_columns]


def single(chance, tally, size=(7, 5)):
    """One random table of one of four kinds."""
    kind = ("two-way", "rates", "one-way", "steps", "two-way", "rates")[tally.scenes % 6]
    tally.scenes += 1
    rows = [f"r{i}" for i in range(chance.integers(2, size[0] + 1))]
    columns = [f"c{i}" for i in range(chance.integers(2, size[1] + 1))]
    counts = counts_of(chance, len(rows), len(columns))
    if kind == "rates":
        return _rates(chance, tally, rows)
    if kind == "one-way":
        groups = {row: own[0] for row, own in zip(rows, counts, strict=True)}
        return _attack(tally, one_way("t", groups), [(("t", TOTAL), [("t", row) for row in rows])])
    if kind == "steps":
        return _steps(chance, tally)
    return _attack(tally, two_way("t", rows, columns, counts), grid("t", rows, columns))


def _steps(chance, tally):
    many = sorted((int(v) for v in chance.integers(0, 300, size=4)), reverse=True)
    names = [f"s{i}" for i in range(4)]
    sums = [(("t", a), [("t", b), ("t", a, f"not {b}")]) for a, b in pairwise(names)]
    return _attack(tally, nested("t", list(zip(names, many, strict=True))), sums)


def _rates(chance, tally, rows):
    """Rates of groups; some groups reached nothing, some everything."""
    groups = {}
    for row in rows:
        of = int(chance.negative_binomial(2, 1 / 30))
        groups[row] = (int(chance.binomial(of, chance.choice([0.0, 0.03, 0.4, 0.7, 0.97, 1.0]))), of)
    columns = ("reached", "not reached")
    rates = [(("t", row, "reached"), ("t", row, TOTAL)) for row in [*rows, TOTAL]]
    outcome = {("t", row, c) for row in [*rows, TOTAL] for c in columns if row == TOTAL or groups[row][1]}
    return _attack(tally, outcomes("t", groups), grid("t", rows, columns), rates, outcome)


def _attack(tally, table, sums, rates=(), outcome=frozenset()):
    released, page = public(table)
    true = table.counts()
    printed = [cell.key for cell in table.cells if cell.is_printed]
    tally.note(released, printed)
    reader = Reader()
    for key in true:
        if key in printed:
            reader.read(key, page.say(released.counts[key]), zeros_are_hidden=key in outcome)
        else:
            reader.imagine(key)
    for total, parts in sums:
        reader.add_up(total, parts)
    for part, whole in rates:
        reader.read_rate(part, whole, page.share(part, whole))
    for key, many in true.items():
        if 0 < many < SMALL or (many == 0 and key in outcome and any(true[w] for p, w in _wholes(key))):
            tally.judge(*reader.range_of(key))


def _wholes(key):
    return [(key, (key[0], key[1], TOTAL))]


def cube(chance, tally, size=3):
    """Three two-way tables of one population; the reader knows that the same people stand in all three."""
    tally.scenes += 1
    axes = [[f"{axis}{i}" for i in range(chance.integers(2, size + 1))] for axis in "abc"]
    inner = chance.negative_binomial(1, 1 / 25, size=[len(axis) for axis in axes])
    table = faces("t", axes, inner.tolist())
    released, page = public(table)
    true = table.counts()
    faces_shown = [cell.key for cell in table.cells if cell.is_printed]
    tally.note(released, faces_shown)
    reader = Reader()
    for key in true:
        if TOTAL in key:
            reader.read(key, page.say(released.counts[key]))
        else:
            reader.imagine(key)
    everyone = [key for key in true if TOTAL not in key]
    for total in faces_shown:
        inside = [key for key in everyone if all(t in (TOTAL, k) for t, k in zip(total, key, strict=True))]
        reader.add_up(total, inside)
    for key, many in true.items():
        if 0 < many < SMALL:
            tally.judge(*reader.range_of(key))


SCHOOLS = ("north", "south", "west")
RESULTS = ("passed", "not yet")
CELLS = [(s, r) for s in SCHOOLS for r in RESULTS]
NOTHING = {"PR021", "PR025"}  # on such a page zeros are hidden as well, and it says so
MARGINS = [("t", s, TOTAL) for s in SCHOOLS] + [("t", TOTAL, r) for r in RESULTS] + [("t", TOTAL, TOTAL)]


def history(chance, tally, knowing, *, releases=5):
    """Some releases of a population that people join and leave; two readers keep all of them.

    The first knows what is printed, the second also how many came and left between any two releases.
    """
    tally.scenes += 1
    knowing.scenes += 1
    shares = chance.dirichlet([1.5] * len(CELLS))
    people = dict(enumerate(chance.choice(len(CELLS), p=shares, size=chance.integers(60, 400)).tolist()))
    seen, ledger, pages = [], [], []
    for number in range(releases):
        if number:
            _move(chance, people)
        now = dict(people)
        table = two_way("t", SCHOOLS, RESULTS, _table(now))
        past = [
            remember(f"release {k}", then, was, joined=len(now.keys() - before), left=len(before - now.keys()))
            for k, then, was, before in ledger
        ]
        released, page = public(table, earlier=past)
        is_new = not any(reason.code == "PR023" for reason in released.reasons)
        if is_new:
            ledger.append((number, table, released, now.keys()))
        tally.note(released, list(table.counts()))
        knowing.note(released, list(table.counts()))
        seen.append(now)
        nothing = any(reason.code in NOTHING for reason in released.reasons)
        said = {key: (page.say(count), nothing) for key, count in released.counts.items()}
        pages.append(said if is_new else None)
    _read_history(tally, seen, pages, knows_turnover=False)
    _read_history(knowing, seen, pages, knows_turnover=True)


def _move(chance, people):
    """Some people leave and some come; the newcomers get numbers that nobody had."""
    left, joined = (int(v) for v in chance.choice([0, 0, 1, 1, 2, 5, 12, 40], size=2))
    new = max(people) + 1
    for person in chance.choice(sorted(people), size=min(left, len(people) - 1), replace=False).tolist():
        del people[person]
    homes = chance.integers(0, len(CELLS), size=joined).tolist()
    people.update({new + i: home for i, home in enumerate(homes)})


def _table(people):
    counts = np.bincount(list(people.values()), minlength=len(CELLS))
    return counts.reshape(len(SCHOOLS), len(RESULTS)).tolist()


def _full(people):
    counts = np.array(_table(people))
    true = {("t", s, r): int(counts[i, j]) for i, s in enumerate(SCHOOLS) for j, r in enumerate(RESULTS)}
    true |= {("t", s, TOTAL): int(counts[i].sum()) for i, s in enumerate(SCHOOLS)}
    return true | {("t", TOTAL, r): int(counts[:, j].sum()) for j, r in enumerate(RESULTS)} | {MARGINS[-1]: len(people)}


def _read_history(tally, seen, pages, *, knows_turnover):
    truth = [_full(people) for people in seen]

    def knowing(pages):
        reader = _keep_pages(truth, pages)
        for number in range(1, len(seen) if knows_turnover else 0):
            _know_turnover(reader, number, seen[number - 1].keys(), seen[number].keys())
        return reader

    reader = knowing(pages)
    for number, true in enumerate(truth):
        _judge_release(tally, reader, number, true, pages[number], lambda n=number: knowing(_without(pages, n)))
        if number:
            _judge_changes(tally, reader, number, truth[number - 1 : number + 1], knows_turnover=knows_turnover)


def _keep_pages(truth, pages):
    """Every page that was printed; a release that repeats an earlier one prints nothing of its own."""
    reader = Reader()
    for number, page in enumerate(pages):
        for key in truth[number]:
            if page is None:
                reader.imagine((number, key))
            else:
                text, nothing_is_shown = page[key]
                reader.read((number, key), text, zeros_are_hidden=nothing_is_shown)
        for total, parts in grid("t", SCHOOLS, RESULTS):
            reader.add_up((number, total), [(number, part) for part in parts])
    return reader


def _without(pages, number):
    return [*pages[:number], None, *pages[number + 1 :]]


def _judge_release(tally, reader, number, true, page, unread):
    """Small counts of one page; what the reader knows as well who never saw this page, the page did not give away."""
    for key, many in true.items():
        if page is not None and 0 < many < SMALL:
            low, high = reader.range_of((number, key))
            if high - low < REACH and unread().range_of((number, key)) == (low, high):
                tally.known_anyway += 1
            else:
                tally.judge(low, high)


def _judge_changes(tally, reader, number, truth, *, knows_turnover):
    before, after = truth
    for key, many in after.items():
        is_told = knows_turnover and key == MARGINS[-1]  # how many came and left in all is given
        if 0 < abs(many - before[key]) < SMALL and not is_told:
            tally.asked_differences += 1
            low, high = reader.range_of(((number, key), (number - 1, key)))
            tally.differences += low == high


def _know_turnover(reader, number, before, after):
    """The reader knows how many came and left in all, and that each stands in one cell."""
    inner = [("t", *cell) for cell in CELLS]
    for word, many in (("joined", len(after - before)), ("left", len(before - after))):
        for key in inner:
            reader.imagine((number, word, key), many)
        reader.model.add(sum(reader.known[number, word, key] for key in inner) == many)
    for key in inner:
        moved = reader.known[number, "joined", key] - reader.known[number, "left", key]
        reader.model.add(reader.known[number, key] - reader.known[number - 1, key] == moved)
