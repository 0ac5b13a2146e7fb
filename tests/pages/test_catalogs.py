"""The second language works from a clean clone: compiled without gettext's programs, and nothing left out."""

from __future__ import annotations

import ast
import gettext
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation.template import templatize

from gainline.web import catalogs
from gainline.web.catalogs import SOURCE, compile_catalogs, languages, merged, mo_bytes, read_po

WEB = SOURCE.parent
CALL = re.compile(r"""\b(?:gettext|ngettext|pgettext|npgettext)\(\s*u?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")
FOLDERS = (
    "account", "allauth", "cotton", "week", "aims", "tools", "notes", "library", "reports", "feedback", "cycles",
    "data", "people", "governance", "roadmap", "family", "training", "me",
)  # fmt: skip
IN_CODE = (
    "data",
    "people",
    "governance",
    "roadmap",
    "training",
    "me",
)  # slices whose texts in Python are held to it, too
NAMES = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}


def in_templates():
    """Texts of the parts' templates: as Django itself shows them to gettext."""
    for path in [
        *WEB.glob("templates/*.html"),
        *(p for folder in FOLDERS for p in WEB.glob(f"templates/{folder}/**/*.html")),
    ]:
        for text in CALL.findall(templatize(path.read_text(encoding="utf-8"))):
            yield ast.literal_eval(text), path.name


def in_python():
    """Texts of the parts' code: the first argument of each call of gettext."""
    pages = (path for name in IN_CODE for path in WEB.glob(f"pages/{name}/*.py"))
    for path in [*WEB.glob("parts/*.py"), *WEB.glob("templatetags/*.py"), *pages]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in NAMES:
                yield ast.literal_eval(node.args[0]), path.name


def test_the_search_finds_texts_of_every_kind():
    found = {text for text, _ in (*in_templates(), *in_python())}
    assert {"Skip to the content", "%(rows)s row", "in %(days)d day", "This week", "You are here"} <= found


def test_every_text_of_the_parts_has_a_spanish_one():
    spanish = {key.split("\0")[0] for key in merged(SOURCE / "es")}
    missing = {text: file for text, file in (*in_templates(), *in_python()) if text not in spanish}
    assert missing == {}


def test_no_spanish_text_of_the_parts_stands_for_nothing():
    used = {text for text, _ in (*in_templates(), *in_python())}
    stale = [e.text for e in read_po((SOURCE / "es/parts.po").read_text("utf-8"), "parts.po") if e.text not in used]
    assert stale == [""]  # the header


def test_a_translation_keeps_every_place_of_its_text():
    places = re.compile(r"%\(\w+\)[sd]")
    for key, value in merged(SOURCE / "es").items():
        if key:
            for form in value.split("\0"):
                assert set(places.findall(form)) == set(places.findall(key)), key


def test_what_is_compiled_is_what_gettext_reads():
    folder = compile_catalogs()
    assert [one.name for one in languages()] == ["es"]
    spanish = gettext.translation("django", folder, ["es"])
    assert spanish.gettext("Sign in") == "Entrar"
    assert spanish.ngettext("in %(days)d day", "in %(days)d days", 1) == "en %(days)d día"
    assert spanish.ngettext("in %(days)d day", "in %(days)d days", 12) == "en %(days)d días"
    assert spanish.gettext("not translated at all") == "not translated at all"


@pytest.mark.skipif(shutil.which("msgfmt") is None, reason="gettext's own compiler is not on this machine")
def test_gettexts_own_compiler_reads_the_same_pairs(tmp_path):
    subprocess.run(["msgfmt", "--check", "-o", tmp_path / "theirs.mo", SOURCE / "es/parts.po"], check=True)
    (tmp_path / "ours.mo").write_bytes(mo_bytes(merged_one(SOURCE / "es/parts.po")))
    theirs, ours = (pairs_in(tmp_path / name) for name in ("theirs.mo", "ours.mo"))
    assert {key: says for key, says in ours.items() if key} == {key: says for key, says in theirs.items() if key}


def pairs_in(path: Path):
    with path.open("rb") as file:
        return gettext.GNUTranslations(file)._catalog


def merged_one(path: Path):
    return {entry.key(): entry.value() for entry in read_po(path.read_text("utf-8"), path.name)}


def test_contexts_continued_lines_and_escapes_are_read():
    text = 'msgctxt "month"\nmsgid "May"\nmsgstr ""\n"ma"\n"yo\\n"\n'
    [entry] = read_po(text, "a.po")
    assert (entry.key(), entry.value()) == ("month\x04May", "mayo\n")


def test_fuzzy_and_empty_texts_are_left_out(tmp_path):
    (tmp_path / "a.po").write_text('#, fuzzy\nmsgid "A"\nmsgstr "B"\n\nmsgid "C"\nmsgstr ""\n', encoding="utf-8")
    assert merged(tmp_path) == {}


def test_a_broken_line_is_named(tmp_path):
    with pytest.raises(ImproperlyConfigured, match=r"a\.po:2"):
        read_po('msgid "A"\nmsgstr B\n', "a.po")


def test_two_files_that_disagree_are_refused(tmp_path):
    (tmp_path / "a.po").write_text('msgid "A"\nmsgstr "B"\n', encoding="utf-8")
    (tmp_path / "b.po").write_text('msgid "A"\nmsgstr "C"\n', encoding="utf-8")
    with pytest.raises(ImproperlyConfigured, match="differently"):
        merged(tmp_path)


def test_a_forked_process_leaves_the_folder_to_the_one_that_made_it(tmp_path):
    catalogs._remove(tmp_path, owner=-1)
    assert tmp_path.exists()
    catalogs._remove(tmp_path, owner=catalogs.os.getpid())
    assert not tmp_path.exists()
