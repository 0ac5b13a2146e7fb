"""OneRoster 1.1 and 1.2 CSV: the files and columns that a roster needs, as tables.

Source: 1EdTech OneRoster 1.1 and 1.2 CSV bindings. Aliases are names met in real packages.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Spec:
    """One file of a package.

    Parameters
    ----------
    name
        File name without ``.csv``.
    required, optional
        Columns whose empty cell rejects the row, and the others that are read.
    refers
        Column -> file in which its sourcedIds must stand.
    aliases
        Standard column -> other spellings met.
    needed
        True where no roster can do without the file.
    """

    name: str
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    refers: dict[str, str] = field(default_factory=dict)
    aliases: dict[str, tuple[str, ...]] = field(default_factory=dict)
    needed: bool = False

    def asked(self) -> dict[str, tuple[str, ...]]:
        """Every column with its aliases."""
        names = (*self.required, "status", "dateLastModified", *self.optional)
        return {name: (*self.aliases.get(name, ()), *COMMON_ALIASES.get(name, ())) for name in names}


COMMON_ALIASES: dict[str, tuple[str, ...]] = {
    "sourcedId": ("sourced_id", "source id"),
    "dateLastModified": ("dataLastModified", "last modified"),
    "grades": ("grade",),
    "identifier": ("userIdentifier",),
}

ECONOMIC, LEARNER, DISABILITY = "economically_disadvantaged", "english_learner", "disability"
MARKERS: dict[str, tuple[str, ...]] = {
    ECONOMIC: (
        "metadata.economicallyDisadvantaged",
        "metadata.economicDisadvantage",
        "metadata.frl",
        "metadata.frlStatus",
        "metadata.freeReducedLunch",
        "metadata.lunchStatus",
        "ext_frl",
        "economicallyDisadvantaged",
        "frl",
    ),
    LEARNER: (
        "metadata.englishLearner",
        "metadata.englishLanguageLearner",
        "metadata.ell",
        "metadata.el",
        "metadata.lep",
        "metadata.ellStatus",
        "ext_ell",
        "englishLearner",
        "ell",
    ),
    DISABILITY: (
        "metadata.disability",
        "metadata.specialEducation",
        "metadata.iep",
        "metadata.iepStatus",
        "metadata.swd",
        "metadata.sped",
        "ext_iep",
        "iep",
    ),
}
"""Markers that OneRoster has no column for; districts send them as ``metadata.*`` of users or demographics."""

MARKER_TRUE = frozenset(
    {"free", "reduced", "f", "r", "free lunch", "reduced lunch", "active", "iep", "504", "ell", "lep"}
)
MARKER_FALSE = frozenset({"paid", "p", "not eligible", "exited", "none", "never"})

RACES: dict[str, str] = {
    "americanIndianOrAlaskaNative": "American Indian or Alaska Native",
    "asian": "Asian",
    "blackOrAfricanAmerican": "Black or African American",
    "nativeHawaiianOrOtherPacificIslander": "Native Hawaiian or Other Pacific Islander",
    "white": "White",
}
TWO_OR_MORE, HISPANIC = "demographicRaceTwoOrMoreRaces", "hispanicOrLatinoEthnicity"

SPECS: dict[str, Spec] = {
    spec.name: spec
    for spec in (
        Spec(
            "orgs",
            ("sourcedId", "name", "type"),
            ("identifier", "parentSourcedId"),
            {"parentSourcedId": "orgs"},
            needed=True,
        ),
        Spec(
            "academicSessions",
            ("sourcedId", "title", "type", "startDate", "endDate"),
            ("parentSourcedId", "schoolYear"),
            {"parentSourcedId": "academicSessions"},
            {"schoolYear": ("schoolYearId",)},
        ),
        Spec("courses", ("sourcedId", "title"), ("subjects", "orgSourcedId"), {"orgSourcedId": "orgs"}),
        Spec(
            "classes",
            ("sourcedId", "title"),
            ("grades", "courseSourcedId", "classType", "schoolSourcedId", "termSourcedIds", "subjects"),
            {"courseSourcedId": "courses", "schoolSourcedId": "orgs", "termSourcedIds": "academicSessions"},
            {"schoolSourcedId": ("orgSourcedId",), "termSourcedIds": ("termSourcedId", "termSourcedIds list")},
        ),
        Spec(
            "users",
            ("sourcedId",),
            (
                "enabledUser",
                "orgSourcedIds",
                "primaryOrgSourcedId",
                "role",
                "username",
                "userIds",
                "givenName",
                "familyName",
                "identifier",
                "email",
                "grades",
                "userMasterIdentifier",
                *MARKERS,
            ),
            {"orgSourcedIds": "orgs", "primaryOrgSourcedId": "orgs"},
            {
                "userIds": ("userId",),
                "orgSourcedIds": ("orgSourcedId", "schoolSourcedIds"),
                "givenName": ("firstName",),
                "familyName": ("lastName",),
                **MARKERS,
            },
            needed=True,
        ),
        Spec(
            "roles",
            ("userSourcedId", "role"),
            ("sourcedId", "roleType", "orgSourcedId", "beginDate", "endDate"),
            {"userSourcedId": "users", "orgSourcedId": "orgs"},
        ),
        Spec(
            "enrollments",
            ("classSourcedId", "userSourcedId", "role"),
            ("sourcedId", "schoolSourcedId", "primary", "beginDate", "endDate"),
            {"classSourcedId": "classes", "schoolSourcedId": "orgs", "userSourcedId": "users"},
            {"primary": ("isPrimary",), "classSourcedId": ("sectionSourcedId",)},
        ),
        Spec(
            "demographics",
            ("sourcedId",),
            ("sex", *RACES, TWO_OR_MORE, HISPANIC, *MARKERS),
            {"sourcedId": "users"},
            {"sourcedId": ("userSourcedId",), "sex": ("gender",), **MARKERS},
        ),
    )
}
"""The files that are read, in the order in which they refer to each other."""

LISTS: dict[str, frozenset[str]] = {
    "orgs.type": frozenset({"department", "school", "district", "local", "state", "national"}),
    "academicSessions.type": frozenset({"gradingPeriod", "semester", "schoolYear", "term"}),
    "classes.classType": frozenset({"homeroom", "scheduled"}),
    "enrollments.role": frozenset({"administrator", "proctor", "student", "teacher", "aide"}),
    "users.role": frozenset(
        {
            "administrator",
            "aide",
            "guardian",
            "parent",
            "proctor",
            "relative",
            "student",
            "teacher",
            "counselor",
            "districtAdministrator",
            "principal",
            "siteAdministrator",
            "systemAdministrator",
        }
    ),
}
LISTS["roles.role"] = LISTS["users.role"]
"""Closed lists by file and column; 1.2 also allows ``ext:`` tokens."""

GRADES: dict[str, str] = {
    **{str(n): f"{n:02d}" for n in range(1, 14)},
    **{f"{n:02d}": f"{n:02d}" for n in range(1, 14)},
    "k": "KG",
    "kg": "KG",
    "kindergarten": "KG",
    "0": "KG",
    "00": "KG",
    "pk": "PK",
    "prek": "PK",
    "pre-k": "PK",
    "tk": "TK",
    "it": "IT",
    "pr": "PR",
    "ps": "PS",
    "ug": "UG",
    "other": "Other",
}
"""Folded grade as packages write it -> CEDS code."""
