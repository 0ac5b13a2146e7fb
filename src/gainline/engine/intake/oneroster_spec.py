"""OneRoster 1.1 and 1.2 CSV: every file and column of both versions, as one table.

Source: 1EdTech OneRoster 1.1 and 1.2 CSV bindings (the latter as corrected in 1.2.1). Aliases are names met in real
packages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

VERSIONS = ("1.1", "1.2")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a file.

    Parameters
    ----------
    name, kind
        Standard name, and ``text``, ``guid``, ``date``, ``year``, ``flag``, ``int``, ``float``, ``list``, or
        the name of a closed list in `LISTS`. A ``day`` is a date and a ``yes`` a flag that a builder judges itself.
    asked
        The standard asks for a value in every row.
    vital
        A row without it is kept out: nothing could be made of it.
    refers
        File in which its sourcedIds must stand, or ``""``.
    versions
        In which versions it exists.
    """

    name: str
    kind: str = "text"
    asked: bool = False
    vital: bool = False
    refers: str = ""
    versions: tuple[str, ...] = VERSIONS


@dataclass(frozen=True, slots=True)
class Spec:
    """One file of a package.

    Parameters
    ----------
    name
        File name without ``.csv``.
    columns
        Every standard column after sourcedId, status and dateLastModified.
    versions
        In which versions it exists.
    vital_id
        A row without a sourcedId is kept out.
    aliases
        Standard column -> other spellings met.
    extra
        Columns outside of the standard that are read where they are there.
    needed
        True where no roster can do without the file.
    """

    name: str
    columns: tuple[Column, ...]
    versions: tuple[str, ...] = VERSIONS
    vital_id: bool = True
    aliases: dict[str, tuple[str, ...]] = field(default_factory=dict)
    extra: tuple[str, ...] = ()
    needed: bool = False

    @property
    def required(self) -> tuple[str, ...]:
        """Columns whose empty cell keeps the row out."""
        own = tuple(column.name for column in self.columns if column.vital)
        return ("sourcedId", *own) if self.vital_id else own

    @property
    def refers(self) -> dict[str, str]:
        """Column -> file in which its sourcedIds must stand; ``sourcedId`` itself for demographics."""
        own = {column.name: column.refers for column in self.columns if column.refers}
        return {"sourcedId": "users", **own} if self.name == "demographics" else own

    def of(self, version: str) -> Iterator[Column]:
        """The columns of one version."""
        return (column for column in self.columns if version in column.versions)

    def asked(self) -> dict[str, tuple[str, ...]]:
        """Every column to look for, with its aliases."""
        names = ("sourcedId", "status", "dateLastModified", *(column.name for column in self.columns), *self.extra)
        return {name: (*self.aliases.get(name, ()), *COMMON_ALIASES.get(name, ())) for name in names}


_TOKEN = re.compile(
    r"^(?P<name>\w+)(?P<asked>[*!]?)(?::(?P<kind>[\w.]+))?(?:>(?P<refers>\w+))?(?:@(?P<version>1\.[12]))?$"
)


def _columns(text: str) -> tuple[Column, ...]:
    """Columns written as ``name[*asked|!vital][:kind][>file][@version]``, with blanks between."""
    found = []
    for token in text.split():
        match = _TOKEN.match(token)
        if match is None:
            raise ValueError(f"not a column: {token}")
        mark, refers, version = match["asked"], match["refers"] or "", match["version"]
        kind = match["kind"] or ("guid" if refers else "text")
        versions = (version,) if version else VERSIONS
        found.append(Column(match["name"], kind, bool(mark), mark == "!", refers, versions))
    return tuple(found)


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

_NEW = ("1.2",)

SPECS: dict[str, Spec] = {
    spec.name: spec
    for spec in (
        Spec("orgs", _columns("name! type!:orgs.type identifier parentSourcedId>orgs"), needed=True),
        Spec(
            "academicSessions",
            _columns(
                "title! type!:academicSessions.type startDate!:day endDate!:day parentSourcedId>academicSessions"
                " schoolYear*:year"
            ),
            aliases={"schoolYear": ("schoolYearId",)},
        ),
        Spec(
            "courses",
            _columns(
                "schoolYearSourcedId>academicSessions title! courseCode grades:list orgSourcedId*>orgs subjects:list"
                " subjectCodes:list"
            ),
            aliases={"schoolYearSourcedId": ("schoolYearId",)},
        ),
        Spec(
            "classes",
            _columns(
                "title! grades:list courseSourcedId*>courses classCode classType*:classes.classType location"
                " schoolSourcedId*>orgs termSourcedIds*:list>academicSessions subjects:list subjectCodes:list"
                " periods:list"
            ),
            aliases={"schoolSourcedId": ("orgSourcedId",), "termSourcedIds": ("termSourcedId", "termSourcedIds list")},
        ),
        Spec(
            "users",
            _columns(
                "enabledUser*:flag orgSourcedIds*:list>orgs@1.1 role*:users.role@1.1 username* userIds:list givenName*"
                " familyName* middleName identifier email sms phone agentSourcedIds:list>users grades:list password"
                " userMasterIdentifier@1.2 preferredGivenName@1.2 preferredMiddleName@1.2 preferredFamilyName@1.2"
                " primaryOrgSourcedId>orgs@1.2 pronouns@1.2"
            ),
            aliases={
                "userIds": ("userId",),
                "orgSourcedIds": ("orgSourcedId", "schoolSourcedIds"),
                "agentSourcedIds": ("agents",),
                "givenName": ("firstName",),
                "familyName": ("lastName",),
                **MARKERS,
            },
            extra=tuple(MARKERS),
            needed=True,
        ),
        Spec(
            "roles",
            _columns(
                "userSourcedId!>users roleType*:roles.roleType role!:roles.role beginDate:day endDate:day"
                " orgSourcedId*>orgs userProfileSourcedId>userProfiles"
            ),
            versions=_NEW,
            vital_id=False,
        ),
        Spec(
            "userProfiles",
            _columns(
                "userSourcedId!>users profileType* vendorId* applicationId description credentialType* username*"
                " password"
            ),
            versions=_NEW,
        ),
        Spec(
            "enrollments",
            _columns(
                "classSourcedId!>classes schoolSourcedId*>orgs userSourcedId!>users role!:enrollments.role primary:yes"
                " beginDate:day endDate:day"
            ),
            vital_id=False,
            aliases={"primary": ("isPrimary",), "classSourcedId": ("sectionSourcedId",)},
        ),
        Spec(
            "demographics",
            _columns(
                f"birthDate:date sex:demographics.sex {' '.join(f'{race}:yes' for race in RACES)} {TWO_OR_MORE}:yes"
                f" {HISPANIC}:yes countryOfBirthCode stateOfBirthAbbreviation cityOfBirth publicSchoolResidenceStatus"
            ),
            aliases={"sourcedId": ("userSourcedId",), "sex": ("gender",), "birthDate": ("birthdate",), **MARKERS},
            extra=tuple(MARKERS),
        ),
        Spec(
            "resources",
            _columns("vendorResourceId! title roles:list importance:resources.importance vendorId applicationId"),
        ),
        Spec("classResources", _columns("title classSourcedId!>classes resourceSourcedId!>resources")),
        Spec("courseResources", _columns("title courseSourcedId!>courses resourceSourcedId!>resources")),
        Spec(
            "userResources",
            _columns("userSourcedId!>users orgSourcedId>orgs classSourcedId>classes resourceSourcedId!>resources"),
            versions=_NEW,
        ),
        Spec("categories", _columns("title! weight:int@1.2")),
        Spec(
            "lineItems",
            _columns(
                "title! description assignDate*:date dueDate*:date classSourcedId*>classes"
                " categorySourcedId*>categories"
                " gradingPeriodSourcedId*>academicSessions@1.1 academicSessionSourcedId*>academicSessions@1.2"
                " schoolSourcedId*>orgs@1.2 resultValueMin:float resultValueMax:float"
            ),
        ),
        Spec(
            "results",
            _columns(
                "lineItemSourcedId!>lineItems studentSourcedId!>users classSourcedId>classes@1.2"
                " scoreStatus*:results.scoreStatus score:float textScore@1.2 scoreDate*:date comment"
                " inProgress:flag@1.2"
                " incomplete:flag@1.2 late:flag@1.2 missing:flag@1.2"
            ),
        ),
        Spec(
            "scoreScales",
            _columns(
                "title! type* orgSourcedId*>orgs courseSourcedId*>courses classSourcedId*>classes scoreScaleValue*:list"
            ),
            versions=_NEW,
        ),
        Spec(
            "lineItemLearningObjectiveIds",
            _columns("lineItemSourcedId!>lineItems source*:objectives.source learningObjectiveId*"),
            versions=_NEW,
        ),
        Spec(
            "resultLearningObjectiveIds",
            _columns("resultSourcedId!>results score:float textScore source*:objectives.source learningObjectiveId*"),
            versions=_NEW,
        ),
        Spec(
            "lineItemScoreScales",
            _columns("title lineItemSourcedId!>lineItems scoreScaleSourcedId*>scoreScales"),
            versions=_NEW,
        ),
        Spec(
            "resultScoreScales",
            _columns("title resultSourcedId!>results scoreScaleSourcedId*>scoreScales"),
            versions=_NEW,
        ),
    )
}
"""Every file of both versions, in the order in which they refer to each other."""

CHECKED_ONLY = frozenset(
    {
        "userProfiles",
        "categories",
        "scoreScales",
        "lineItemLearningObjectiveIds",
        "resultLearningObjectiveIds",
        "lineItemScoreScales",
        "resultScoreScales",
    }
)
"""Files whose rows are checked and not kept: no question asked here needs them (and user profiles hold passwords)."""

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
LISTS["roles.roleType"] = frozenset({"primary", "secondary"})
LISTS["resources.importance"] = LISTS["roles.roleType"]
LISTS["demographics.sex"] = frozenset({"male", "female", "unspecified", "other"})
LISTS["objectives.source"] = frozenset({"case", "unknown"})
LISTS["results.scoreStatus"] = frozenset({"exempt", "fully graded", "not submitted", "partially graded", "submitted"})
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
