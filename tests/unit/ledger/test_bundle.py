"""A bundle that somebody tampered with, without the district's key and with it: each way is named by its code."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from dataclasses import replace
from datetime import date

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from gainline.engine.ledger import Head, Ledger, canonical, digest
from gainline.engine.ledger.bundle import (
    BUNDLED,
    CONTENTS,
    EARLIER,
    HEAD,
    HEAD_SIGNATURE,
    KEY,
    MINISIGN,
    PROOFS,
    SIGNATURE,
    SUMS,
    Vouched,
    entry_name,
    ledger_files,
    read_sums,
    sealed_files,
    sums,
)
from gainline.engine.ledger.heads import compare, head_of, read_head, sign_head
from gainline.engine.ledger.signing import PrivateKey, PublicKey
from gainline.engine.ledger.tree import is_included
from gainline.engine.ledger.verifying import verify_bundle
from gainline.engine.ledger.zipped import NotOurZip, unzipped, zipped

DAY = date(2026, 6, 10)
KEY_PAIR, OTHER = PrivateKey(bytes(range(32))), PrivateKey(bytes(32))
PLAN = {"key": "a", "size": 2}


@pytest.fixture
def ledger(tmp_path):
    """Seven entries: a registration, others' business, an evaluation, and the bundle's own."""
    ledger = Ledger(tmp_path / "ledger.jsonl", secret=b"s" * 32)
    ledger.append("registered", {"key": "a", "plan": PLAN, "plan_sha256": digest(PLAN)}, on=DAY)
    for number in range(4):
        ledger.append("exported", {"students": number}, on=DAY)
    ledger.append("evaluated", {"key": "a", "sha256": "0" * 64}, on=DAY)
    return ledger


CONTENT = {"evidence/estimates.csv": b"effect\n2.1\n", "registration/plan.json": canonical(PLAN)}


@pytest.fixture
def whole(ledger):
    """The files of a sound bundle, not sealed yet."""
    earlier = [sign_head(ledger.entries()[:size], KEY_PAIR) for size in (2, 6)]
    listed = sums(CONTENT)
    ledger.append(BUNDLED, {"key": "a", "sha256": hashlib.sha256(listed).hexdigest()}, on=DAY)
    entries = ledger.entries()
    vouched = Vouched(entries, (1, 6, 7), sign_head(entries, KEY_PAIR), earlier, since=(4,))
    return {**CONTENT, CONTENTS: listed, **ledger_files(vouched)}


def sealed(files, key=KEY_PAIR) -> bytes:
    return zipped(sealed_files(files, key, "a comment"))


def codes(content: bytes, **outside) -> set[str]:
    return {issue.code for issue in verify_bundle(content, **outside).issues}


def altered(files, name: str, change) -> dict[str, bytes]:
    value = json.loads(files[name])
    change(value)
    return {**files, name: canonical(value)}


def test_a_sound_bundle_is_sound_also_against_every_head_that_was_kept(whole, ledger):
    content, hashes = sealed(whole), [entry.hash for entry in ledger.entries()]
    found = verify_bundle(content, fingerprint=KEY_PAIR.public.fingerprint)
    assert found.issues == ()
    assert found.head == ledger.head()
    for size in (1, 2, 4, 6, 7):
        assert codes(content, against=Head(size, hashes[size - 1])) == set()
        assert codes(content, against=Head(size, "a" * 64)) == {"LG007"}
    assert codes(content, against=Head(3, hashes[2])) == {"LG023"}
    assert codes(content, against=Head(0, "0" * 64)) == set()


def test_others_entries_go_out_as_hashes_alone(whole):
    assert b"exported" not in sealed(whole)
    assert [name for name in whole if name.startswith("ledger/entry")] == [entry_name(1), entry_name(6), entry_name(7)]


def test_whoever_has_no_key_cannot_change_add_or_take_out_a_file(whole):
    files = sealed_files(whole, KEY_PAIR, "a comment")
    figure = "evidence/estimates.csv"
    changed = {**files, figure: b"effect\n9.9\n"}
    assert codes(zipped(changed)) == {"LG018"}
    assert "LG016" in codes(
        zipped({**changed, SUMS: sums({n: c for n, c in changed.items() if n in whole or n == KEY})})
    )
    assert codes(zipped({**files, "more.csv": b""})) == {"LG017"}
    assert "LG017" in codes(zipped({name: content for name, content in files.items() if name != figure}))
    assert codes(zipped({**files, MINISIGN: files[MINISIGN].replace(b"a comment", b"a Comment")})) == {"LG016"}
    assert codes(zipped({**files, MINISIGN: b"\xff"})) == {"LG016"}
    assert codes(zipped({**files, SIGNATURE: bytes(64)})) == {"LG016"}


def test_a_bundle_sealed_anew_with_another_key_is_found_by_the_key(whole):
    found = verify_bundle(sealed(whole, OTHER), fingerprint=KEY_PAIR.public.fingerprint)
    assert {issue.code for issue in found.issues} == {"LG011", "LG022"}, "the head is still the district's"


def test_the_districts_own_key_cannot_make_the_ledger_say_something_else(whole):
    def forged(value):
        value["payload"]["plan"]["size"] = 1

    def grown(value):
        value["earlier"][0]["root"] = "a" * 64

    def moved(value):
        value["entries"][0]["seq"] = 2

    def another(value):
        value[0]["head"]["root"] = "a" * 64

    def shorter(value):
        value["entries"] = [place for place in value["entries"] if place["seq"] != 7]

    assert codes(sealed(altered(whole, entry_name(1), forged))) == {"LG019", "LG021"}
    assert codes(sealed({**whole, CONTENTS: sums({"registration/plan.json": canonical(PLAN)})})) == {"LG021"}
    assert codes(sealed({**whole, "evidence/estimates.csv": b"effect\n9.9\n"})) == {"LG018"}
    assert codes(sealed(altered(whole, PROOFS, grown))) == {"LG020"}
    assert "LG019" in codes(sealed(altered(whole, PROOFS, moved)))
    assert codes(sealed(altered(whole, EARLIER, another))) == {"LG011", "LG020"}
    assert codes(sealed({**whole, HEAD_SIGNATURE: bytes(64)})) == {"LG011"}
    assert codes(sealed(altered(whole, PROOFS, shorter))) == {"LG019"}


@pytest.mark.parametrize("name", [KEY, HEAD, PROOFS, EARLIER, CONTENTS, SUMS, SIGNATURE, MINISIGN])
def test_a_part_that_is_missing_or_garbled_is_said_and_no_traceback(whole, name):
    files = sealed_files(whole, KEY_PAIR, "a comment")
    for content in (b"", b"[]", b'{"seq": "x"}', b"[" * 100_000, b"\xff\xfe"):
        assert codes(zipped({**files, name: content})) & {"LG015", "LG016", "LG017", "LG018"}
    assert codes(zipped({other: content for other, content in files.items() if other != name})) == {"LG015"}


def test_an_entry_under_another_ones_number_is_no_entry(whole):
    swapped = {**whole, entry_name(1): whole[entry_name(6)]}
    assert codes(sealed(swapped)) == {"LG015"}


def test_what_is_no_zip_of_ours_is_refused_unread(tmp_path):
    assert codes(b"") == codes(b"not a zip") == {"LG014"}
    assert codes(zipped({})) == {"LG015"}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("a", b"0" * 10_000)
    with pytest.raises(NotOurZip, match="more than it does"):
        unzipped(packed.getvalue())
    small = io.BytesIO()
    with zipfile.ZipFile(small, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("a", b"0")
    with pytest.raises(NotOurZip, match="compressed"):
        unzipped(small.getvalue())
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as opened:
        opened.writestr("ä", b"0")
    with pytest.raises(NotOurZip, match="not written by Gainline"):
        unzipped(stored.getvalue())
    with pytest.raises(NotOurZip, match="bytes around"):
        unzipped(zipped({"a": b"1"}) + b"\0")


def test_a_head_is_read_back_as_it_was_signed_and_nothing_else_is(ledger):
    head = sign_head(ledger.entries(), KEY_PAIR)
    assert read_head(json.loads(json.dumps(head.to_json_value()))) == head
    assert head_of(head.text(), head.key, head.signature) == head
    told = head.to_json_value()
    wrong = [
        None,
        {},
        told | {"key": base64.b64encode(b"short").decode()},
        told | {"key": base64.b64encode(bytes(33)).decode()},
        told | {"signature": "%"},
        told | {"signature": told["signature"] + "\n"},
        told | {"signature": base64.b64encode(bytes(63)).decode()},
        told | {"key": told["key"][:8] + "!" + told["key"][8:]},
        told | {"head": told["head"] | {"size": 0}},
        told | {"head": told["head"] | {"size": "6"}},
        told | {"head": told["head"] | {"size": True}},
        told | {"head": told["head"] | {"more": 1}},
        told | {"head": told["head"] | {"on": "yesterday"}},
    ]
    for value in wrong:
        with pytest.raises(ValueError, match=r"."):
            read_head(value)
    for text in (b"{}", b"[]", b"nothing"):
        with pytest.raises(ValueError, match=r"."):
            head_of(text, head.key, head.signature)
    with pytest.raises(ValueError, match="empty"):
        sign_head((), KEY_PAIR)


def test_the_head_of_a_single_entry_is_a_head(ledger):
    head = sign_head(ledger.entries()[:1], KEY_PAIR)
    assert read_head(head.to_json_value()) == head
    assert head.root == head.last, "the tree of one leaf is that leaf"


def test_only_who_saw_the_ledger_shorter_than_now_gets_a_proof_of_growth(ledger):
    entries = ledger.entries()
    heads = [sign_head(entries[:size], KEY_PAIR) for size in (6, 2)]
    vouched = Vouched(entries, (1,), heads[0], earlier=heads, since=(0, 1, 6, 7))
    assert vouched.before() == [heads[1]], "the head itself went out with this very bundle"
    assert vouched.sizes() == [1, 2]
    files = ledger_files(vouched)
    assert [step["size"] for step in json.loads(files[PROOFS])["earlier"]] == [1, 2]
    assert [told["head"]["size"] for told in json.loads(files[EARLIER])] == [2]


def test_a_head_that_is_kept_longer_than_the_ledger_grew_vouches_for_its_own_entries_alone(ledger):
    entries = ledger.entries()
    vouched = Vouched(entries, (1,), sign_head(entries[:4], KEY_PAIR))
    proofs = json.loads(ledger_files(vouched)[PROOFS])
    assert [place["seq"] for place in proofs["entries"]] == [1, 4]
    root = bytes.fromhex(vouched.head.root)
    for place in proofs["entries"]:
        leaf, path = bytes.fromhex(place["hash"]), [bytes.fromhex(one) for one in place["path"]]
        assert is_included(leaf, place["seq"] - 1, 4, path=path, root=root)


def test_digests_are_read_back_whatever_a_file_is_called_and_nothing_else_is():
    files = {"plain.csv": b"one", "with  two spaces.csv": b"two"}
    assert read_sums(sums(files)) == {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    assert read_sums(b"") == {}
    with pytest.raises(ValueError, match="not a list of digests"):
        read_sums(b"abc one-space.csv\n")


def test_what_is_wrong_is_said_with_the_file_it_is_wrong_in(whole):
    files = sealed_files(whole, KEY_PAIR, "a comment")

    def where(**changes) -> set[tuple[str, str | None]]:
        found = verify_bundle(zipped({**files, **changes})).issues
        return {(issue.code, issue.file) for issue in found}

    assert where(**{SIGNATURE: bytes(64)}) == {("LG016", SIGNATURE)}
    assert where(**{MINISIGN: b""}) == {("LG016", MINISIGN)}
    assert where(**{HEAD_SIGNATURE: bytes(64)}) == {("LG011", HEAD), ("LG018", HEAD_SIGNATURE)}
    assert where(**{"more.csv": b""}) == {("LG017", "more.csv")}


def test_a_minisign_file_is_taken_as_it_was_written_alone():
    content, comment = b"digests", "a comment"
    public, file = KEY_PAIR.public, KEY_PAIR.minisign(content, comment)
    _, body, _, whole, _ = file.decode().split("\n")
    assert public.minisigned(content, file)
    assert not OTHER.public.minisigned(content, file)
    numbered = base64.b64decode(body)
    another = base64.b64encode(numbered[:2] + bytes(8) + numbered[10:]).decode()
    for changed in (
        file.replace(body.encode(), another.encode()),  # another key's number, over the same signatures
        file.replace(b"untrusted comment: ", b"untrusted comment: changed "),
        file.replace(b"trusted comment: a", b"trusted comment:  a"),
        file.replace(whole.encode(), base64.b64encode(bytes(64))),
        file.replace(body.encode(), body[:8].encode() + b"*" + body[8:].encode()),
        file.replace(whole.encode(), whole[:8].encode() + b"*" + whole[8:].encode()),
        file + b"more",
        file[:-1],
    ):
        assert changed != file
        assert not public.minisigned(content, changed)
    assert not public.minisigned(b"other digests", file)


def test_a_locked_key_of_the_right_kind_is_refused_too():
    key = load_pem_private_key(KEY_PAIR.pem(), password=None)
    locked = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))
    with pytest.raises(ValueError, match="password"):
        PrivateKey.read(locked)


def test_a_head_is_compared_with_what_the_ledger_became(ledger, tmp_path):
    head, entries = sign_head(ledger.entries(), KEY_PAIR), ledger.entries()
    assert compare(entries, head) is None
    assert compare(entries[:3], head).code == "LG006"
    assert compare(entries, replace(head, signature=bytes(64))).code == "LG011"
    anew = Ledger(tmp_path / "anew.jsonl")
    for entry in entries:
        anew.append(entry.kind, entry.payload, on=DAY)
    assert compare(anew.entries(), head).code == "LG007"


def test_keys_are_read_back_and_other_files_are_no_keys():
    assert PrivateKey.read(KEY_PAIR.pem()) == KEY_PAIR
    assert PublicKey.read(KEY_PAIR.public.pem()) == KEY_PAIR.public
    for shown in (KEY_PAIR.seed.hex(), repr(KEY_PAIR.seed), str(list(KEY_PAIR.seed))):
        assert shown not in repr(KEY_PAIR), "a traceback shows the values of a frame"
    for pem in (b"", b"nothing", KEY_PAIR.public.pem().replace(b"MCow", b"MCov")):
        with pytest.raises(ValueError, match=r"."):
            PublicKey.read(pem)
    with pytest.raises(ValueError, match=r"."):
        PrivateKey.read(KEY_PAIR.public.pem())


def test_other_kinds_of_keys_are_refused():
    other = generate_private_key(SECP256R1())
    with pytest.raises(ValueError, match="Ed25519"):
        PublicKey.read(other.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    with pytest.raises(ValueError, match="Ed25519"):
        PrivateKey.read(other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    locked = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))
    with pytest.raises(ValueError, match="password"):
        PrivateKey.read(locked)
