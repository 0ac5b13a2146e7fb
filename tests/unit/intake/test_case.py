"""CASE: frameworks, their statements and links, each accounted for, also in damaged packages."""

from __future__ import annotations

import copy
import json
import random
from pathlib import Path
from typing import Any

import pytest

from intake_files import Office, Taken
from shared_data import shared


def package(**over: Any) -> dict[str, Any]:
    def end(name: str) -> dict[str, str]:
        return {"title": name, "identifier": name, "uri": f"https://x.example/{name}"}

    return {
        "CFDocument": {
            "identifier": "f",
            "title": "Skills",
            "creator": "District",
            "lastChangeDateTime": "2026-01-02T03:04:05",
        },
        "CFItems": [
            {
                "identifier": "i1",
                "fullStatement": "Reads",
                "humanCodingScheme": "R.1",
                "educationLevel": ["03", "04"],
                "CFItemType": "Cluster",
                "lastChangeDateTime": "2026-01-02T03:04:05+00:00",
            },
            {
                "identifier": "i2",
                "fullStatement": "Reads aloud",
                "educationalLevel": "03",
                "abbreviatedStatement": "Aloud",
            },
        ],
        "CFAssociations": [
            {
                "identifier": "a1",
                "associationType": "isChildOf",
                "originNodeURI": end("i1"),
                "destinationNodeURI": end("f"),
            },
            {
                "identifier": "a2",
                "associationType": "isChildOf",
                "originNodeURI": end("i2"),
                "destinationNodeURI": end("i1"),
                "sequenceNumber": 1,
            },
            {
                "identifier": "a3",
                "associationType": "exactMatchOf",
                "originNodeURI": end("i2"),
                "destinationNodeURI": "https://elsewhere.example/x",
            },
        ],
        "CFDefinitions": {"CFSubjects": []},
        **over,
    }


def take(tmp_path: Path, content: object) -> Taken:
    path = tmp_path / "framework.json"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return Office().take(path)


def test_document_items_and_associations_become_rows(tmp_path):
    taken = take(tmp_path, package())
    assert (taken.account.read, taken.account.loaded, taken.codes()) == (6, 6, {})
    (framework,) = taken.rows("frameworks")
    assert (framework["title"], str(framework["changed_on"])) == ("Skills", "2026-01-02")  # a time without a zone, too
    first, second = taken.rows("framework_items")
    assert (first["code"], first["grades"], first["kind"], first["framework_id"]) == ("R.1", "03,04", "Cluster", "f")
    assert (second["grades"], second["short_statement"]) == ("03", "Aloud")
    assert [(row["kind"], row["from_id"], row["to_id"], row["position"]) for row in taken.rows("framework_links")] == [
        ("isChildOf", "i1", "f", None),
        ("isChildOf", "i2", "i1", 1),
        ("exactMatchOf", "i2", "https://elsewhere.example/x", None),
    ]


def test_what_makes_no_row_is_kept_out_with_its_number(tmp_path):
    broken = package()
    broken["CFItems"] += [
        "text",
        {"identifier": "i3"},
        {"identifier": 4, "fullStatement": "x"},
        dict(broken["CFItems"][0]),
        {"identifier": "I2", "fullStatement": "other"},
        {"identifier": "i5", "fullStatement": "kept", "lastChangeDateTime": "yesterday"},
    ]
    taken = take(tmp_path, broken)
    assert taken.codes() == {"IN117": 1, "IN141": 1, "IN143": 1, "IN152": 1, "IN153": 1, "IN356": 1}
    assert taken.lines("IN117") == [3]
    assert (taken.account.read, taken.account.rejected, taken.account.repaired) == (12, 5, 1)


def test_rubrics_are_counted_and_said_and_never_silently_lost(tmp_path):
    level = {"identifier": "l"}
    criteria = [{"identifier": "c1", "CFRubricCriterionLevels": [level, level]}, {"identifier": "c2"}]
    plain = take(tmp_path, package())
    taken = take(tmp_path, package(CFRubrics=[{"identifier": "r", "CFRubricCriteria": criteria}, "odd"]))
    assert taken.account.read == plain.account.read + 2 + 2 + 2
    assert taken.codes()["IN354"] == 6
    assert taken.adds_up()
    assert take(tmp_path, package(CFRubrics="none")).codes()["IN143"] == 1


def test_odd_links_are_kept_and_said(tmp_path):
    odd = package()
    odd["CFAssociations"][0]["associationType"] = "isFriendOf"
    odd["CFAssociations"][1]["destinationNodeURI"]["identifier"] = "gone"
    taken = take(tmp_path, odd)
    assert taken.codes() == {"IN357": 1, "IN358": 1}
    assert len(taken.rows("framework_links")) == 3


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (json.dumps(package()).encode()[:-20], "IN140"),
        (json.dumps(package()).encode() + b"]", "IN140"),
        (json.dumps([package()]).encode(), "IN141"),
        (json.dumps(package(CFItems={"a": 1})).encode(), "IN143"),
        (json.dumps(package(CFDocument={"identifier": "f"})).encode(), "IN141"),
    ],
)
def test_a_damaged_package_is_said_and_adds_up(tmp_path, content, code):
    taken = take(tmp_path, content)
    assert taken.codes()[code] >= 1
    assert taken.account.rejected >= 1
    assert taken.adds_up()


def test_a_package_beyond_every_size_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr("gainline.engine.intake.case.MOST_BYTES", 300)
    taken = take(tmp_path, package())
    assert taken.codes() == {"IN110": 1}
    assert taken.tables == {}


def test_whatever_value_stands_where_every_record_is_accounted_for(tmp_path):
    chance = random.Random(7)
    odd = [None, 5, -1.5, True, "", "x", [], {}, ["y"], {"identifier": 3}, "2026-13-45"]
    for _ in range(60):
        broken = copy.deepcopy(package())
        records = [*broken["CFItems"], *broken["CFAssociations"], broken["CFDocument"]]
        record = chance.choice(records)
        record[chance.choice(list(record))] = chance.choice(odd)
        taken = take(tmp_path, broken)
        assert taken.account.read == 6
        assert taken.adds_up()
        made = sum(len(taken.rows(name)) for name in taken.tables)
        assert made == taken.account.loaded + taken.account.repaired


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("name", "items", "links"),
    [
        ("SmartLevelFramework", 14, 14),
        ("Utf8TestFramework", 1, 1),
        ("opensalt-framework-20c5134f-423d-4097-a971-3dd5152bf507", 16, 39),
    ],
)
def test_the_sample_frameworks_are_read_whole(name, items, links):
    taken = Office().take(shared(f"case_frameworks/{name}.json"))
    assert taken.codes() == {}
    assert (taken.account.read, taken.account.loaded) == (1 + items + links, 1 + items + links)
    assert len(taken.rows("framework_items")) == items
    assert len(taken.rows("framework_links")) == links


def test_an_editors_table_gives_statements_and_links(tmp_path):
    path = tmp_path / "skills.csv"
    path.write_text(
        "Identifier,fullStatement,Human Coding Scheme,Is Child Of,IsRelatedTo\n"
        "a,Reads,R.1,,\nb,Reads aloud,R.2,R.1,https://x.example/1\n,No id,R.3,,\nb,Reads aloud,R.2,R.1,\nc,short\n"
    )
    taken = Office().take(path)
    assert (taken.account.read, taken.account.loaded, taken.account.rejected) == (5, 2, 3)
    assert taken.codes() == {"IN020": 1, "IN143": 1, "IN152": 1}
    assert taken.lines("IN020") == [6]
    assert [row["framework_id"] for row in taken.rows("frameworks")] == ["skills"]
    links = [(row["kind"], row["from_id"], row["to_id"]) for row in taken.rows("framework_links")]
    assert links == [("isChildOf", "b", "a"), ("isRelatedTo", "b", "https://x.example/1")]


@pytest.mark.shared_data
def test_the_sample_table_is_read_whole():
    taken = Office().take(shared("case_frameworks/sample_case.csv"))
    assert taken.account.read == 10
    assert taken.adds_up()
    assert len(taken.rows("framework_items")) == taken.account.loaded + taken.account.repaired
