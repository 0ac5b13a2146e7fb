"""Three evaluations as the evidence engine would report them: one to adapt, one to stop, one that cannot tell."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gainline.engine.evidence.document import (
    ArmCount,
    Attrition,
    Balance,
    Deviation,
    Estimate,
    Evidence,
    Funnel,
    GapChange,
    GroupEffect,
    Linkage,
    Naive,
    Provenance,
    Rating,
    RatingStep,
    Sensitivity,
    Verdict,
    VerdictStep,
)

REGISTRATION = "2f9c41d07be86a5530e1f8c29b7a64dd05c3e9817f2b6a4c90d8e7135fab2c6e"
STANDARDS = "The study meets the standards, so that its difference may be read as an effect"
WORTH = "the effect is at least {} points in the good direction"
SNAPSHOT = "8a13c7e2904fbb615dd02e7c4418a9f36b70e5d2c1a98f0473e6bd5219cc40ad"


def plan(**changes: Any) -> dict[str, Any]:
    """A registered plan as JSON values, small but complete."""
    value: dict[str, Any] = {
        "format": "gainline-plan/1",
        "key": "lumen-reading",
        "title": "Lumen Reading in grades 3-5",
        "aim": "Every student reads on level by grade 5",
        "question": "Does 30 minutes a week of Lumen Reading raise grade 3-5 reading by spring?",
        "hypothesis": {
            "change": "raise",
            "population": "students in grades 3-5",
            "measure": "reading-spring",
            "size": 6.0,
            "by": "2026-05-08",
            "because": "short, leveled practice with feedback",
        },
        "tool": {
            "key": "lumen",
            "name": "Lumen Reading",
            "metric": "minutes_active",
            "minutes_per_week": 30.0,
            "dosed_share_of_weeks": 0.5,
        },
        "population": {
            "describe": "Students in grades 3-5 of ten schools",
            "grades": ["03", "04", "05"],
            "schools": [],
            "sections": [],
        },
        "comparison": {
            "tool_arm": "sections drawn to use Lumen Reading",
            "usual_arm": "sections that kept their usual reading block",
            "assigned_by": "assignment",
            "pilot": "lumen-reading",
            "use": None,
        },
        "design": {
            "kind": "randomized",
            "unit": "section",
            "cluster": "section",
            "blocked": True,
            "boundary": "cautious",
            "draws": 1999,
            "matching": {"distance": "propensity", "caliper_sd": 0.2, "ratio": 1, "exact": []},
        },
        "outcomes": [
            {
                "key": "reading-spring",
                "label": "Spring reading score",
                "role": "primary",
                "domain": "Reading",
                "from": {"result": "reading", "forms": ["spring"]},
                "unit": "points",
                "direction": "higher",
                "baseline": "reading-fall",
            }
        ],
        "covariates": [{"key": "reading-fall", "label": "Fall reading score", "kind": "number"}],
        "subgroups": [
            {
                "key": "start",
                "label": "Where students started",
                "disadvantaged": ["below level"],
                "disadvantaged_label": "students who started below level",
                "others_label": "students on or above level",
            },
            {
                "key": "frl",
                "label": "Free or reduced-price lunch",
                "disadvantaged": ["yes"],
                "disadvantaged_label": "students with free or reduced-price lunch",
                "others_label": "other students",
            },
            {
                "key": "ell",
                "label": "English learners",
                "disadvantaged": ["yes"],
                "disadvantaged_label": "English learners",
                "others_label": "other students",
            },
        ],
        "smallest_effect": 3.0,
        "window": {"start": "2025-09-15", "end": "2026-05-01"},
        "missing": "complete_case",
        "multiplicity": "benjamini-hochberg",
        "decision": {
            "adopt_at": 0.8,
            "stop_at": 0.2,
            "harm_at": 0.8,
            "widen_at": 0.9,
            "prior": {"mean": 0.05, "sd": 0.15},
            "decider": "Dana Whitfield, chief academic officer",
            "adopt_means": "Renew Lumen Reading for grades 3-5 at all ten schools",
            "adapt_means": "Renew for one year, with supported sessions for students below level",
            "stop_means": "Give notice and let the contract end on June 30",
        },
        "deadline": {
            "decide_by": "2026-05-22",
            "because": "The contract renews on its own unless we give notice by May 31",
        },
    }
    return value | changes


def provenance() -> Provenance:
    """Where the numbers come from."""
    return Provenance(
        registration=REGISTRATION,
        registered_on="2025-09-02",
        amendments=(),
        snapshot=SNAPSHOT,
        tables=(("results", 3, "d" * 64), ("students", 2, "e" * 64), ("usage", 7, "f" * 64)),
        code_version="0.1.0",
        seed=20260514,
        as_of="2026-05-14",
    )


def counts(tool: tuple[int, int], usual: tuple[int, int], clusters: tuple[int, int]) -> tuple[ArmCount, ...]:
    """Both arms, as (assigned, analyzed) and clusters by arm."""
    return (
        ArmCount("tool", tool[0], tool[1], clusters[0], clusters[0]),
        ArmCount("usual", usual[0], usual[1], clusters[1], clusters[1]),
    )


def primary() -> Estimate:
    """The primary effect of the tool to adapt."""
    return Estimate(
        outcome="reading-spring",
        label="Spring reading score",
        unit="points",
        domain="Reading",
        role="primary",
        method="Intention to treat, ANCOVA, CR2/Satterthwaite by section",
        effect=4.6,
        std_error=0.98,
        df=27.4,
        low=2.59,
        high=6.61,
        p=0.00008,
        p_adjusted=0.00016,
        p_randomization=0.0005,
        g=0.21,
        g_std_error=0.045,
        g_low=0.118,
        g_high=0.302,
        sd=21.9,
        mean_tool=512.9,
        mean_usual=508.3,
        counts=counts((612, 579), (604, 566), (24, 24)),
        probability_worth_having=0.93,
        favorable=True,
        diagnostics=(("Smallest cluster", "17 students"), ("Intraclass correlation", "0.11")),
    )


def secondary() -> tuple[Estimate, ...]:
    """Other registered outcomes, a null among them."""
    fluency = replace(
        primary(),
        outcome="fluency-spring",
        label="Oral reading fluency",
        unit="words a minute",
        role="secondary",
        effect=1.3,
        std_error=1.6,
        low=-1.98,
        high=4.58,
        p=0.42,
        p_adjusted=0.42,
        p_randomization=0.44,
        g=0.04,
        g_low=-0.06,
        g_high=0.14,
        sd=32.0,
        counts=counts((612, 571), (604, 560), (24, 24)),
        probability_worth_having=None,
    )
    days = replace(
        fluency,
        outcome="attendance",
        label="Days attended",
        unit="days",
        domain="Engagement",
        effect=0.2,
        std_error=0.4,
        low=-0.62,
        high=1.02,
        p=0.63,
        p_adjusted=None,
        g=0.02,
        g_low=-0.07,
        g_high=0.12,
        sd=8.8,
        counts=counts((612, 606), (604, 600), (24, 24)),
    )
    return (fluency, days)


GROUPS = (
    GroupEffect("start", "below level", 231, 226, 0.9, -1.9, 3.7, 1.6, 0.26, None, "students who started below level"),
    GroupEffect("start", "on or above level", 348, 340, 7.1, 4.6, 9.6, 6.3, 0.01, None, "students on or above level"),
    GroupEffect("frl", "yes", 301, 288, 3.1, 0.5, 5.7, 3.4, 0.02, None, "students with free or reduced-price lunch"),
    GroupEffect("frl", "no", 278, 278, 6.1, 3.5, 8.7, 5.6, 0.01, None, "other students"),
    GroupEffect(
        "ell", "yes", 8, 11, None, None, None, None, None, "fewer than 10 students in one arm", "English learners"
    ),
    GroupEffect("ell", "no", 571, 555, 4.7, 2.6, 6.8, 4.7, 0.01, None, "other students"),
)

GAPS = (
    GapChange(
        "start",
        "Where students started",
        "students who started below level",
        "students on or above level",
        -24.1,
        -22.8,
        -29.0,
        -6.2,
        -9.7,
        -2.7,
        0.99,
        "widened",
    ),
    GapChange(
        "frl",
        "Free or reduced-price lunch",
        "students with free or reduced-price lunch",
        "other students",
        -14.2,
        -13.6,
        -16.6,
        -2.0,
        -5.6,
        1.6,
        0.86,
        "cannot tell",
    ),
    GapChange("ell", "English learners", "English learners", "other students", *([None] * 7), "too few to say"),
)

BALANCE = (
    Balance("reading-fall", "Fall reading score", 0.03, 0.03, "satisfied", True),
    Balance("grade", "Grade", -0.01, -0.01, "satisfied", False),
    Balance("frl", "Free or reduced-price lunch", 0.06, 0.06, "needs adjustment", False),
    Balance("ell", "English learner", -0.04, -0.04, "satisfied", False),
    Balance("iep", "Has an IEP", 0.08, 0.08, "needs adjustment", False),
)

RATING = Rating(
    "Meets WWC Standards Without Reservations",
    "Tier 1 (strong): randomized, low attrition, favorable effect, 350 or more students in two or more schools",
    (
        RatingStep(
            "Assignment", "48 sections, drawn within school", "Random assignment", "5.0 II.A", "Randomized", "checked"
        ),
        RatingStep(
            "Attrition, sections", "0% overall, 0 points apart", "Cautious boundary", "5.0 II.B", "Low", "checked"
        ),
        RatingStep(
            "Attrition, students", "5.8% overall, 0.9 points apart", "Cautious boundary", "5.0 II.B", "Low", "checked"
        ),
        RatingStep(
            "Confounding", "12 teachers taught in both arms", "One unit per arm", "5.0 II.D", "None found", "recall"
        ),
    ),
)

VERDICT = Verdict(
    word="adapt",
    means="Renew for one year, with supported sessions for students below level",
    because="The effect is worth having, but the gap for students who started below level widens.",
    steps=(
        VerdictStep(STANDARDS, "", True),
        VerdictStep(
            f"Adopt when the probability that {WORTH.format(3)} is 0.8 or more",
            "probability 0.930",
            True,
        ),
        VerdictStep("Stop when that probability is 0.2 or less", "probability 0.930", False),
        VerdictStep("Adapt when a group is harmed with probability 0.8 or more", "none", False),
        VerdictStep("Adapt when a gap widens with probability 0.9 or more", "Where students started (0.99)", True),
        VerdictStep("Adapt instead of stop when one group alone reaches 0.8", "none", False),
    ),
    predicted=6.0,
    would_change="A year in which the gap does not widen, with supported sessions in place.",
)

LIMITS = (
    "Whether the tool works in grades 6-8: nobody there took part.",
    "Whether the gain lasts into the next school year.",
    "What would happen without the reading coaches who worked in all ten schools.",
    "Anything about English learners: too few took part.",
)


def adapt() -> Evidence:
    """A tool that helps, mostly students who were already ahead."""
    return Evidence(
        provenance=provenance(),
        plan=plan(),
        deviations=(),
        estimates=(primary(), *secondary()),
        groups=GROUPS,
        gaps=GAPS,
        balance=BALANCE,
        attrition=(
            Attrition("cluster", 0.0, 0.0, "cautious", 0.06, True),
            Attrition("student", 0.058, 0.009, "cautious", 0.061, True),
        ),
        match_loss=(),
        naive=Naive(11.8, 9.4, 14.2, 388, 191),
        sensitivity=Sensitivity(1.73, 1.47, "A hidden cause would need to be tied to both by a risk ratio of 1.7."),
        funnel=Funnel(800, 612, 540, 388, 41_300.0, "USD", "30 minutes a week in at least half of the weeks"),
        linkage=Linkage(48_211, 47_102, 655, 638),
        rating=RATING,
        verdict=VERDICT,
        exploratory=(
            replace(
                secondary()[1], outcome="library", label="Library books borrowed", unit="books", role="exploratory"
            ),
        ),
        limits=LIMITS,
    )


def stop() -> Evidence:
    """A tool that makes no difference worth having; a matched comparison."""
    base = plan(
        key="math-quest",
        title="Math Quest in grades 6-8",
        question="Does Math Quest raise grade 6-8 math by spring?",
        smallest_effect=4.0,
    )
    base["tool"] = base["tool"] | {"key": "math-quest", "name": "Math Quest", "minutes_per_week": 45.0}
    base["hypothesis"] = base["hypothesis"] | {"size": 8.0, "population": "students in grades 6-8"}
    base["population"] = base["population"] | {"describe": "Students in grades 6-8 of four schools"}
    base["comparison"] = base["comparison"] | {
        "tool_arm": "students whose school chose Math Quest",
        "usual_arm": "matched students of schools without it",
    }
    base["design"] = base["design"] | {"kind": "matched", "unit": "student", "cluster": "school"}
    effect = replace(
        primary(),
        outcome="math-spring",
        label="Spring math score",
        domain="Mathematics",
        method="Matched comparison, ANCOVA, CR2/Satterthwaite by school",
        effect=0.4,
        std_error=0.86,
        df=5.1,
        low=-1.8,
        high=2.6,
        p=0.66,
        p_adjusted=None,
        p_randomization=None,
        g=0.02,
        g_low=-0.08,
        g_high=0.12,
        counts=counts((420, 402), (615, 402), (4, 6)),
        probability_worth_having=0.03,
    )
    return replace(
        adapt(),
        plan=base,
        estimates=(effect,),
        groups=(
            GroupEffect(
                "frl", "yes", 190, 196, 0.9, -2.0, 3.8, 0.6, 0.2, None, "students with free or reduced-price lunch"
            ),
            GroupEffect("frl", "no", 212, 206, -0.1, -2.7, 2.5, 0.2, 0.31, None, "other students"),
        ),
        gaps=(
            replace(
                GAPS[1],
                gap_before=-11.0,
                gap_usual=-11.4,
                gap_tool=-10.4,
                change=1.0,
                low=-2.9,
                high=4.9,
                widen_probability=0.3,
            ),
        ),
        balance=(
            Balance("math-fall", "Fall math score", 0.38, 0.04, "satisfied", True),
            Balance("grade", "Grade", 0.11, 0.01, "satisfied", False),
            Balance("frl", "Free or reduced-price lunch", -0.31, -0.07, "needs adjustment", False),
            Balance("ell", "English learner", -0.22, 0.02, "satisfied", False),
        ),
        attrition=(),
        match_loss=(("tool", 420, 402), ("usual", 615, 402)),
        naive=Naive(7.9, 5.5, 10.3, 402, 601),
        sensitivity=Sensitivity(1.16, 1.0, "The interval covers zero, so there is no effect to explain away."),
        funnel=Funnel(600, 420, 415, 133, 28_000.0, "USD", "45 minutes a week in at least half of the weeks"),
        rating=Rating(
            "Meets WWC Standards With Reservations", "No tier: the effect is not favorable", RATING.steps[:2]
        ),
        verdict=Verdict(
            "stop",
            "Give notice and let the contract end on June 30",
            "The chance that the effect is worth having is 3%.",
            (
                VerdictStep(STANDARDS, "", True),
                VerdictStep(
                    f"Adopt when the probability that {WORTH.format(4)} is 0.8 or more",
                    "probability 0.030",
                    False,
                ),
                VerdictStep("Stop when that probability is 0.2 or less", "probability 0.030", True),
                VerdictStep("Adapt when a group is harmed with probability 0.8 or more", "none", False),
                VerdictStep("Adapt when a gap widens with probability 0.9 or more", "none", False),
                VerdictStep("Adapt instead of stop when one group alone reaches 0.8", "none", False),
            ),
            8.0,
            "A new study in which far more students reach the dose.",
        ),
        deviations=(Deviation("smallest_effect", "4.0", "3.0", None),),
        exploratory=(),
        limits=("Whether Math Quest would help students who reach the dose.", "Anything about grades 3-5."),
    )


def cannot_tell() -> Evidence:
    """A small pilot: the interval is wide and most groups are too small."""
    base = plan(
        key="vocab-trail", title="Vocab Trail in grade 4", question="Does Vocab Trail raise grade 4 vocabulary?"
    )
    base["tool"] = base["tool"] | {"key": "vocab-trail", "name": "Vocab Trail", "minutes_per_week": 20.0}
    base["hypothesis"] = base["hypothesis"] | {"size": 5.0, "population": "students in grade 4"}
    base["population"] = base["population"] | {"describe": "Students in grade 4 of two schools"}
    effect = replace(
        primary(),
        outcome="vocab-spring",
        label="Spring vocabulary score",
        domain="Vocabulary",
        effect=2.2,
        std_error=3.1,
        df=4.2,
        low=-6.3,
        high=10.7,
        p=0.51,
        p_adjusted=None,
        g=0.11,
        g_low=-0.31,
        g_high=0.53,
        sd=20.0,
        counts=counts((64, 61), (63, 58), (3, 3)),
        probability_worth_having=0.44,
    )
    few = "fewer than 10 students in one arm"
    return replace(
        adapt(),
        plan=base,
        estimates=(effect,),
        groups=(
            GroupEffect(
                "frl", "yes", 7, 12, None, None, None, None, None, few, "students with free or reduced-price lunch"
            ),
            GroupEffect("frl", "no", 54, 46, 2.9, -6.8, 12.6, 2.0, 0.3, None, "other students"),
            GroupEffect("ell", "yes", 4, 6, None, None, None, None, None, few, "English learners"),
            GroupEffect("ell", "no", 57, 52, 2.0, -7.1, 11.1, 1.6, 0.33, None, "other students"),
        ),
        gaps=(
            replace(
                GAPS[1],
                gap_before=None,
                gap_usual=None,
                gap_tool=None,
                change=None,
                low=None,
                high=None,
                widen_probability=None,
                says="too few to say",
            ),
            GAPS[2],
        ),
        naive=Naive(9.9, 1.0, 18.8, 41, 20),
        sensitivity=None,
        funnel=Funnel(None, 64, 61, 41, 1_950.0, "USD", "20 minutes a week in at least half of the weeks"),
        verdict=Verdict(
            "not enough evidence",
            "Keep the pilot going or stop looking; do not buy more on this evidence",
            "The chance that the effect is worth having is 44%.",
            (
                VerdictStep(STANDARDS, "", True),
                VerdictStep(
                    f"Adopt when the probability that {WORTH.format(3)} is 0.8 or more",
                    "probability 0.440",
                    False,
                ),
                VerdictStep("Stop when that probability is 0.2 or less", "probability 0.440", False),
                VerdictStep("Adapt when a group is harmed with probability 0.8 or more", "none", False),
                VerdictStep("Adapt when a gap widens with probability 0.9 or more", "none", False),
                VerdictStep("Adapt instead of stop when one group alone reaches 0.8", "none", False),
            ),
            5.0,
            "About 9 more classes would settle it.",
        ),
        exploratory=(),
        limits=("Whether the tool helps at all: the interval holds harm, nothing and a large gain.",),
    )
