"""What records about people may be processed for: one closed list, that agreements, consent and the catalogue share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Basis(StrEnum):
    """The rule of law that lets the district process records for a purpose.

    Source
    ------
    FERPA, 34 CFR 99.30 (consent), 99.31(a)(1) (school official), 99.31(a)(6) (studies), 99.31(a)(3) with 99.35 (audit
    or evaluation); a reporting duty is what another law asks of the district.
    """

    SCHOOL_OFFICIAL = "school-official"
    STUDIES = "studies"
    AUDIT = "audit-evaluation"
    DUTY = "legal-duty"
    CONSENT = "consent"


class Purpose(StrEnum):
    """The closed list; the key is what rows, files and receipts hold, and never changes its meaning."""

    INSTRUCTION = "improving-instruction"
    EVALUATION = "evaluating-tools"
    OPERATION = "operating-the-tool"
    SUPPORT = "supporting-students"
    REPORTING = "required-reporting"
    RESEARCH = "research-under-agreement"


@dataclass(frozen=True, slots=True)
class PurposeRecord:
    """One purpose as people read it, and what may carry it.

    Parameters
    ----------
    key
        Which purpose.
    name, lay
        Its name, and one sentence for families; per language (`en`, `es`).
    bases
        What may be its legal basis, the district's usual one first. A basis outside of these is refused.
    """

    key: Purpose
    name: Mapping[str, str]
    lay: Mapping[str, str]
    bases: tuple[Basis, ...]


def _record(
    key: Purpose, name: tuple[str, str], lay: tuple[str, str], bases: tuple[Basis, ...]
) -> tuple[Purpose, PurposeRecord]:
    named, told = ({"en": pair[0], "es": pair[1]} for pair in (name, lay))
    return key, PurposeRecord(key, MappingProxyType(named), MappingProxyType(told), bases)


PURPOSES: Mapping[Purpose, PurposeRecord] = MappingProxyType(
    dict(
        (
            _record(
                Purpose.INSTRUCTION,
                ("Improving instruction", "Mejorar la enseñanza"),
                (
                    "To make teaching better, by looking at what helps students learn.",
                    "Para enseñar mejor, mirando qué ayuda a los estudiantes a aprender.",
                ),
                (Basis.SCHOOL_OFFICIAL, Basis.STUDIES, Basis.CONSENT),
            ),
            _record(
                Purpose.EVALUATION,
                ("Evaluating tools", "Evaluar las herramientas"),
                (
                    "To find out if a learning tool is worth its time and money.",
                    "Para saber si una herramienta vale el tiempo y el dinero que cuesta.",
                ),
                (Basis.SCHOOL_OFFICIAL, Basis.STUDIES, Basis.AUDIT, Basis.CONSENT),
            ),
            _record(
                Purpose.OPERATION,
                ("Operating the tool", "Hacer funcionar la herramienta"),
                (
                    "To let students sign in to a tool and use it in class.",
                    "Para que los estudiantes puedan entrar en una herramienta y usarla en clase.",
                ),
                (Basis.SCHOOL_OFFICIAL, Basis.CONSENT),
            ),
            _record(
                Purpose.SUPPORT,
                ("Supporting students", "Apoyar a los estudiantes"),
                (
                    "To help teachers see who needs more help, and give it.",
                    "Para que los maestros vean quién necesita más ayuda y se la den.",
                ),
                (Basis.SCHOOL_OFFICIAL, Basis.CONSENT),
            ),
            _record(
                Purpose.REPORTING,
                ("Reporting required by law", "Informes que exige la ley"),
                (
                    "To send the reports that state or federal law asks of us.",
                    "Para enviar los informes que nos pide la ley del estado o del país.",
                ),
                (Basis.DUTY, Basis.AUDIT),
            ),
            _record(
                Purpose.RESEARCH,
                ("Research under agreement", "Investigación con acuerdo"),
                (
                    "To let researchers study what works, under a signed agreement with us.",
                    "Para que investigadores estudien qué funciona, con un acuerdo firmado con nosotros.",
                ),
                (Basis.STUDIES, Basis.CONSENT),
            ),
        )
    )
)
"""Every purpose with its words and its legal bases, in the order in which lists show them."""
