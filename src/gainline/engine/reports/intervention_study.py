"""An evaluation in the shapes of Ed-Fi: education content, intervention prescription and intervention study.

No other standard has a place for "this product was tried on these students and this was found". Names and nesting
follow the Ed-Fi Unifying Data Model 5.x and its REST resources; values without a descriptor of Ed-Fi's own stand in the
district's name space.
"""

from __future__ import annotations

from typing import Any

from gainline.engine.core.errors import Refused
from gainline.engine.evidence.effect_size import improvement_index
from gainline.engine.evidence.rating import DOES_NOT
from gainline.engine.privacy import Audience, Policy
from gainline.engine.reports import people
from gainline.engine.reports.facts import Facts, facts
from gainline.engine.reports.words import words

ED_FI = "uri://ed-fi.org"
DELIVERY = {"individual": "Individual", "small-group": "Small Group", "whole-class": "Whole Class"}
GRADES = {
    "IT": "Infant/toddler",
    "PR": "Preschool/Prekindergarten",
    "PK": "Preschool/Prekindergarten",
    "KG": "Kindergarten",
    "01": "First grade",
    "02": "Second grade",
    "03": "Third grade",
    "04": "Fourth grade",
    "05": "Fifth grade",
    "06": "Sixth grade",
    "07": "Seventh grade",
    "08": "Eighth grade",
    "09": "Ninth grade",
    "10": "Tenth grade",
    "11": "Eleventh grade",
    "12": "Twelfth grade",
}
"""Ed-Fi's grade level descriptors by CEDS code."""


def intervention_study(
    evidence: dict[str, Any], *, audience: Audience, organization: int, delivery: str, name_space: str
) -> dict[str, list[dict[str, Any]]]:
    """One evaluation as Ed-Fi resources, in the order in which a server must get them.

    Parameters
    ----------
    organization
        The district's Ed-Fi education organization id.
    delivery
        How the tool reaches students: a key of `DELIVERY`. Ed-Fi requires it, and no plan says it.
    name_space
        The district's own URI for descriptor values that Ed-Fi does not have.

    Raises
    ------
    Refused
        RP010 when the study does not meet the standards, so that Ed-Fi's rating would say more than is known; RP011
        when the number of participants may not be told to this audience; RP012 when the plan names no grades.
    """
    told = facts(evidence, audience=audience, policy=Policy(), words=words("en"))
    plan = told.plan
    prescription = {
        "educationOrganizationReference": {"educationOrganizationId": organization},
        "identificationCode": f"{organization}-{plan['tool']['key']}"[:60],
    }
    content = {
        "contentIdentifier": plan["tool"]["key"],
        "namespace": name_space,
        "shortDescription": plan["tool"]["name"],
        "contentClassDescriptor": _descriptor(name_space, "ContentClass", "Digital Tool"),
    }
    shared = {
        "deliveryMethodDescriptor": _descriptor(ED_FI, "DeliveryMethod", DELIVERY[delivery]),
        "interventionClassDescriptor": _descriptor(ED_FI, "InterventionClass", "Practice"),
    }
    return {
        "educationContents": [content],
        "interventionPrescriptions": [prescription | shared | _dosage(plan) | _content_of(plan, name_space)],
        "interventionStudies": [_study(told, organization, name_space) | shared | _refers(prescription)],
    }


def _study(told: Facts, organization: int, name_space: str) -> dict[str, Any]:
    count = told.released.count(*people.N)
    if count.low is None or count.low != count.high:
        raise Refused(
            "RP011 the exact number of students may not be told to this audience, and Ed-Fi has no ranges",
            "share the tidy tables, which have ranges, or choose an audience that may know",
        )
    return {
        "educationOrganizationReference": {"educationOrganizationId": organization},
        "interventionStudyIdentificationCode": f"{told.plan['key']}-{told.evidence['provenance']['registration'][:12]}",
        "participants": count.low,
        "interventionEffectivenesses": _effectivenesses(told, name_space),
    }


def _effectivenesses(told: Facts, name_space: str) -> list[dict[str, Any]]:
    if told.evidence["rating"]["label"] == DOES_NOT:
        raise Refused(
            "RP010 the study does not meet the standards, and Ed-Fi's effectiveness rating would hide that",
            "share the tidy tables, which carry the rating beside the figure",
        )
    grades = [GRADES.get(grade, grade) for grade in told.plan["population"].get("grades") or ()]
    if not grades:
        raise Refused(
            "RP012 Ed-Fi wants a grade level for each finding, and the plan's population names none",
            "name the grades in the plan's population before the next registration, or share the tidy tables",
        )
    primary = told.primary
    rating = _descriptor(ED_FI, "InterventionEffectivenessRating", effectiveness(primary))
    return [
        {
            "diagnosisDescriptor": _descriptor(name_space, "Diagnosis", str(primary["domain"])),
            "populationServedDescriptor": _descriptor(ED_FI, "PopulationServed", "Regular Students"),
            "gradeLevelDescriptor": _together(list(dict.fromkeys(grades)), name_space),
            "improvementIndex": improvement_index(told.good * float(primary["g"])),
            "interventionEffectivenessRatingDescriptor": rating,
        }
    ]


def _together(grades: list[str], name_space: str) -> str:
    """One finding has one grade level: several grades that were judged together must not look like several findings."""
    if len(grades) == 1:
        return _descriptor(ED_FI, "GradeLevel", grades[0])
    return _descriptor(name_space, "GradeLevel", f"{', '.join(grades)} together")


def effectiveness(primary: dict[str, Any]) -> str:
    """The rating of a single study that meets the standards; one study alone is never plainly "Positive".

    Source: the WWC's procedures for effectiveness ratings, by which a positive rating asks for two studies (recall: not
    yet held against the handbook).
    """
    p = primary["p"] if primary["p_adjusted"] is None else primary["p_adjusted"]
    if p > 0.05:
        return "No Discernible Effects"
    is_good = (primary["effect"] > 0.0) == bool(primary["favorable"])
    return "Potentially Positive Effects" if is_good else "Potentially Negative Effects"


def _dosage(plan: dict[str, Any]) -> dict[str, Any]:
    """Ed-Fi's dosage is in minutes; a dose in another metric has no place there."""
    if plan["tool"].get("metric") != "minutes_active":
        return {}
    return {"minDosage": round(float(plan["tool"]["minutes_per_week"]))}


def _content_of(plan: dict[str, Any], name_space: str) -> dict[str, Any]:
    reference = {"contentIdentifier": plan["tool"]["key"], "namespace": name_space}
    return {"educationContents": [{"educationContentReference": reference}]}


def _refers(prescription: dict[str, Any]) -> dict[str, Any]:
    organization = prescription["educationOrganizationReference"]["educationOrganizationId"]
    return {
        "interventionPrescriptionReference": {
            "educationOrganizationId": organization,
            "identificationCode": prescription["identificationCode"],
        }
    }


def _descriptor(name_space: str, kind: str, value: str) -> str:
    return f"{name_space}/{kind}Descriptor#{value}"
