"""Credentials as Open Badges 3.0: built from evidence in the lake, signed with the workspace's key, verified again."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from uuid import UUID

from openbadgeslib.keys import KeyEd25519
from openbadgeslib.ob3 import (
    Achievement,
    IdentityObject,
    Issuer,
    OB3Signer,
    OB3VerificationError,
    OB3Verifier,
    OpenBadgeCredential,
    did_key_from_pem,
)
from openbadgeslib.ob3 import Evidence as BadgeEvidence

from gainline.engine.core.errors import Conflict, Missing, Refused
from gainline.engine.core.refusals import Refusal
from gainline.engine.roadmap.training import Award, Evidence, Granted, Program, grant
from gainline.engine.roadmap.training.sheet import Credential
from gainline.road.training.lessons import lessons_of
from gainline.road.training.programs import open_file
from gainline.road.workspace import Workspace

KEY = ".credential-key.pem"
ISSUED = "credential_issued"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for: the credential's key, both mail addresses, passed checks, and the ids of observed lessons."""

    credential: str
    recipient: str
    reviewer: str
    passed: tuple[str, ...]
    observations: tuple[str, ...]


def issue(workspace: Workspace, path: Path, asked: Asked, *, as_of: date) -> str:
    """A signed credential, as a JSON web token.

    The lessons are looked up in the lake, with the rubric of the program's coaching and its tool: nobody types a level.
    That a lesson was the recipient's is what the reviewer answers for. The ledger keeps the credential's id and hash,
    the token keeps a salted hash of the recipient's address.

    Raises
    ------
    Refused
        TR020 to TR023: the award does not rest on evidence and a reviewer.
    Missing, DataIssues
        No such credential; a program with errors.
    """
    program = open_file(path).program
    credential = _credential(program, asked.credential)
    award = Award(credential, asked.recipient, asked.reviewer, asked.passed, as_of)
    granted = grant(award, _on_record(workspace, program, asked.observations))
    if isinstance(granted, Refusal):
        raise Refused(f"{granted.code}: {granted.because}", granted.remedy)
    private, public = _keys(workspace)
    salt = hmac.new(workspace.salt, asked.recipient.casefold().encode(), hashlib.sha256).hexdigest()[:32]
    badge = _badge(program, granted, did_key_from_pem(public), salt)
    token = OB3Signer(private, algorithm="EdDSA").sign(badge)
    sha256 = hashlib.sha256(token.encode()).hexdigest()
    workspace.ledger.append(ISSUED, {"id": badge.id, "credential": credential.key, "sha256": sha256}, on=as_of)
    return token


def verify(token: str, *, issuer: str) -> str:
    """The name of the achievement of a credential that its issuer signed, and that is valid today.

    Parameters
    ----------
    issuer
        The issuer's ``did:key``, from somewhere that is trusted; it holds the key itself.

    Raises
    ------
    Conflict
        When the signature, the issuer, the form or the dates are not right.
    """
    try:
        found = OB3Verifier.for_issuer_did(issuer).verify(token)
    except (OB3VerificationError, ValueError) as fault:
        raise Conflict("the credential is not what this issuer signed", "ask the issuer for it again") from fault
    return str(found.achievement.name)


def issuer_of(workspace: Workspace) -> str:
    """The ``did:key`` under which the workspace issues; publish it where people trust it."""
    return str(did_key_from_pem(_keys(workspace)[1]))


def _credential(program: Program, key: str) -> Credential:
    for credential in program.credentials:
        if credential.key == key:
            return credential
    known = ", ".join(credential.key for credential in program.credentials) or "none"
    raise Missing(f"the program has no credential {key}", f"it has: {known}")


def _on_record(workspace: Workspace, program: Program, named: Sequence[str]) -> list[Evidence]:
    if program.coaching is None:
        raise Refused("TR023: the program names no rubric of observations", "add [coaching] with its rubric")
    lessons = lessons_of(workspace, rubric=program.coaching.rubric, tool=program.tool)
    unknown = sorted(set(named) - set(lessons))
    if unknown:
        says = f"TR023: {len(unknown)} of the named lessons are not on record with this rubric and tool"
        raise Refused(says, "import the observations first, and name them by their ids")
    return [Evidence(one, lessons[one].on, lessons[one].fidelity) for one in sorted(set(named))]


def _badge(program: Program, granted: Granted, issuer: str, salt: str) -> OpenBadgeCredential:
    award, asks, owner = granted.award, granted.award.credential, program.issuer
    if owner is None:
        raise ValueError("a program with credentials has an issuer")
    seen = [
        BadgeEvidence(
            name=f"Observed lesson of {one.on}",
            narrative=f"{one.fidelity:.0f} percent of the rubric, rated in class; reviewed before the award.",
        )
        for one in granted.evidence
    ]
    achievement = Achievement(
        id=f"{owner.url.rstrip('/')}/credentials/{asks.key}",
        name=asks.name,
        description=asks.description,
        criteria_narrative=asks.criteria,
        achievement_type="MicroCredential",
    )
    return OpenBadgeCredential(
        issuer=Issuer(id=issuer, name=owner.name, url=owner.url),
        recipient_id=None,
        achievement=achievement,
        id=_id(award, salt),
        issuance_date=datetime.combine(award.on, time(), tzinfo=UTC),
        evidence=seen,
        identifiers=[IdentityObject.create(award.recipient.casefold(), salt=salt)],
    )


def _id(award: Award, salt: str) -> str:
    """The same award has the same id, so that issuing it twice gives the same credential."""
    content = f"{award.credential.key} {award.on} {salt}".encode()
    return f"urn:uuid:{UUID(bytes=hashlib.sha256(content).digest()[:16], version=4)}"


def _keys(workspace: Workspace) -> tuple[bytes, bytes]:
    """The workspace's key pair for credentials, made at its first use and readable by its owner only."""
    path, pair = workspace.root / KEY, KeyEd25519()
    if path.is_file():
        pair.read_private_key(path.read_bytes())
        pair.pub_key = pair.priv_key.public_key()
        return pair.get_priv_key_pem(), pair.get_pub_key_pem()
    private, public = pair.generate_keypair()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(private)
    return private, public
