"""What is committed installs anywhere and names no machine: no registry host, no path of a builder's disk."""

from __future__ import annotations

import re

from architecture.source import ROOT, committed, text_of

LOCKS = sorted((ROOT / "lock").glob("*"))
OPTIONS = ["--index" + "-url", "--extra-index" + "-url", "--find" + "-links", "--trusted" + "-host"]
# the needles are put together here, so that this file does not hold what it looks for
FOLDERS = "|".join(["wo" + "rk", "tm" + "p", "ro" + "ot", "op" + "t", "home/[a-z]+", "Users/[A-Za-z]+"])
MACHINE_PATH = re.compile(rf"(?<![\w.~*}}>-])/(?:{FOLDERS})/[\w.]")
HOSTS = [
    ".".join(["pypi", "org"]),
    ".".join(["files", "pythonhosted", "org"]),
    ".".join(["registry", "npmjs", "org"]),
    ".".join(["conda", "anaconda", "org"]),
    "/".join(["", "simple", ""]),
    "art" + "ifactory",
]


def test_locks_name_no_host():
    assert LOCKS
    for lock in LOCKS:
        text = lock.read_text(encoding="utf-8")
        assert ":" + "//" not in text, lock.name
        assert [option for option in OPTIONS if option in text] == [], lock.name


def test_every_locked_package_is_pinned_with_a_hash():
    for lock in (path for path in LOCKS if path.suffix == ".txt"):
        requirements = re.findall(
            r"^[\w.\-\[\],]+==[^\\\n]+\\?\n((?: {4}--hash=sha256:[0-9a-f]{64}.*\n?)*)", lock.read_text(), re.M
        )
        names = re.findall(r"^[A-Za-z0-9][\w.\-\[\],]*.*$", lock.read_text(encoding="utf-8"), re.M)
        assert len(requirements) == len(names), lock.name
        assert all(requirements), lock.name


def test_no_committed_text_names_a_machine_or_a_registry():
    found = {}
    for path in committed():
        text = text_of(path)
        if text is None:
            continue
        hits = MACHINE_PATH.findall(text) + [needle for needle in (*HOSTS, *OPTIONS[1:]) if needle in text]
        if hits:
            found[path.relative_to(ROOT).as_posix()] = hits
    assert found == {}


def test_the_needles_find_what_they_are_for():
    assert MACHINE_PATH.search("see /" + "tmp/x")
    assert MACHINE_PATH.search('"/' + 'root/.cache"')
    assert not MACHINE_PATH.search("https://example.edu/home" + "/lena/")
    assert not MACHINE_PATH.search("student/wo" + "rk/essay")
