"""The forms of a cycle: each asks for one part, in words, and knows how to say it as the plan's document does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gainline.engine.pilots.drafting import FLAGS, Measured, Measures, Predicted, Ruled, TakingPart
from gainline.engine.privacy import Audience
from gainline.store.words import Choice
from gainline.web.parts.suggested import Suggested

DAY = {"type": "date"}
SHORT = {"class": "is-short", "inputmode": "decimal", "step": "any"}
Pairs = Iterable[tuple[str, str]]
MOST_NAMED = 8  # tests that a hint names


class Versioned(forms.Form):
    """A form about the plan, which says which version its writer saw."""

    version = forms.IntegerField(widget=forms.HiddenInput, initial=0, required=False)

    def get_initial_for_field(self, field: forms.Field, field_name: str) -> Any:  # noqa: ANN401 - Django's own
        """What stands already; a whole number without a point, as it was typed."""
        value = super().get_initial_for_field(field, field_name)
        return int(value) if isinstance(value, float) and value.is_integer() else value

    def ticks(self, name: str) -> list[tuple[str, str, bool]]:
        """The choices of a field of several: value, label, and whether it is chosen."""
        chosen = {str(one) for one in (self[name].value() or ())}
        choices: Any = self.fields[name]
        return [(str(value), str(label), str(value) in chosen) for value, label in choices.choices]


class Unfinished(Versioned):
    """A form whose answers are all needed in the end, and may be saved while some are missing."""

    use_required_attribute = False
    may_wait: tuple[str, ...] = ()

    def full_clean(self) -> None:
        """Check what is there; the fields go on saying that they are needed."""
        for name in self.may_wait:
            self.fields[name].required = False
        super().full_clean()
        for name in self.may_wait:
            self.fields[name].required = True


class NewForm(forms.Form):
    """What a cycle is about, and the day that it must be answered by."""

    aim = forms.ChoiceField(label=_("For which aim"))
    tool = forms.ChoiceField(label=_("About which tool"), required=False)
    new_tool = forms.CharField(
        label=_("Or a tool that is not in the list"), max_length=200, required=False,
        help_text=_("Its name; the contract can be entered later."),
    )  # fmt: skip
    title = forms.CharField(
        label=_("A short name for the cycle"), max_length=300, help_text=_("Such as: Lumen Reading in grades 3 to 5.")
    )
    question = forms.CharField(
        label=_("What do you want to know?"), widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One question about what students will be able to do, not about what they click."),
    )  # fmt: skip
    decide_by = forms.DateField(
        label=_("When will it be decided?"), widget=forms.DateInput(attrs=DAY),
        help_text=_("The board's vote or the day before notice is due. Everything is planned backwards from it."),
    )  # fmt: skip
    decide_because = forms.CharField(
        label=_("Why that day?"), max_length=300, required=False, help_text=_("Such as: notice is due on June 30.")
    )

    def __init__(self, *args: Any, aims: Pairs, tools: Pairs, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.fields["aim"].choices = list(aims)  # type: ignore[attr-defined]
        self.fields["tool"].choices = [("", "–"), *tools]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """One tool is named, in the list or beside it."""
        cleaned: dict[str, Any] = super().clean() or {}
        if bool(cleaned.get("tool")) == bool((cleaned.get("new_tool") or "").strip()):
            self.add_error("tool", _("Choose a tool, or name one that is not in the list."))
        return cleaned


class QuestionForm(Unfinished):
    """The question and the six parts of a prediction; every part may be missing while it is written."""

    may_wait = ("question", "change", "population", "outcome", "unit", "size", "by", "because")

    question = forms.CharField(label=_("Question"), widget=forms.Textarea(attrs={"rows": 3}))
    change = forms.ChoiceField(
        label=_("Will it go up or down?"),
        choices=[("", "–"), ("raise", _("It goes up")), ("lower", _("It goes down"))],
    )  # fmt: skip
    population = forms.CharField(
        label=_("For whom?"), help_text=_("Such as: students in grades 3 to 5 of our 24 schools.")
    )
    outcome = forms.CharField(label=_("In what?"), max_length=200, help_text=_("Such as: reading scale score in May."))
    unit = forms.CharField(label=_("Counted in"), max_length=60, help_text=_("Such as: scale points."))
    size = forms.FloatField(
        label=_("By how much?"), min_value=0, widget=forms.NumberInput(attrs=SHORT),
        help_text=_("In that unit. A guess is fine; it is compared with what comes out."),
    )  # fmt: skip
    by = forms.DateField(
        label=_("By when?"), widget=forms.DateInput(attrs=DAY),
        help_text=_("The day on which the measure is known: after the last day of use, before the decision."),
    )  # fmt: skip
    because = forms.CharField(
        label=_("Why should it?"), widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What students would do differently, and why that helps."),
    )  # fmt: skip

    @staticmethod
    def initial_of(document: Mapping[str, Any]) -> dict[str, Any]:
        """What the document says already."""
        own = document.get("hypothesis", {})
        primary = primary_of(document)
        return {
            "question": document.get("question", ""),
            **{name: own.get(name) for name in ("change", "population", "size", "by", "because")},
            "outcome": primary.get("label", ""),
            "unit": primary.get("unit", ""),
        }

    def answer(self) -> Predicted:
        """The prediction, with what could be read of it."""
        said = getattr(self, "cleaned_data", {})
        words = {name: (said.get(name) or "").strip() for name in ("question", "change", "population", "outcome")}
        rest = {name: (said.get(name) or "").strip() for name in ("unit", "because")}
        size = said.get("size") or None
        return Predicted(**words, **rest, size=size, by=said.get("by"))


class WhoForm(Unfinished):
    """Whom the question is about, what decides who has the tool, and for how long."""

    may_wait = ("starts", "ends")

    grades = forms.MultipleChoiceField(label=_("Grades"), required=False)
    schools = forms.MultipleChoiceField(label=_("Schools"), required=False)
    decides = forms.ChoiceField(
        label=_("What decides who has the tool?"),
        choices=[
            ("chance", _("Chance: a draw in public. The strongest answer")),
            ("list", _("A list: volunteers or schools that were chosen, compared with students like theirs")),
            ("use", _("Use: whoever uses it enough counts as having it. The weakest answer")),
        ],
    )  # fmt: skip
    unit = forms.ChoiceField(
        label=_("Who has it together?"),
        choices=[
            ("school", _("Whole schools")), ("section", _("Whole sections")), ("student", _("Each student alone")),
        ],
    )  # fmt: skip
    tool_arm = forms.CharField(label=_("What is the side with the tool called?"), required=False, max_length=200)
    usual_arm = forms.CharField(label=_("And the other side?"), required=False, max_length=200)
    starts = forms.DateField(label=_("First day of use"), widget=forms.DateInput(attrs=DAY))
    ends = forms.DateField(label=_("Last day of use"), widget=forms.DateInput(attrs=DAY))
    minutes_per_week = forms.FloatField(
        label=_("Minutes a week that are meant"), min_value=0.1, widget=forms.NumberInput(attrs=SHORT)
    )
    used_from = forms.FloatField(
        label=_("From how many minutes a week does somebody count as having it?"), required=False, min_value=0.1,
        widget=forms.NumberInput(attrs=SHORT), help_text=_("Only where use decides."),
    )  # fmt: skip

    def __init__(self, *args: Any, grades: Sequence[str], schools: Pairs, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.fields["grades"].choices = [(one, one) for one in grades]  # type: ignore[attr-defined]
        self.fields["schools"].choices = list(schools)  # type: ignore[attr-defined]

    @property
    def grade_ticks(self) -> list[tuple[str, str, bool]]:
        """Grades as boxes."""
        return self.ticks("grades")

    @property
    def school_ticks(self) -> list[tuple[str, str, bool]]:
        """Schools as boxes."""
        return self.ticks("schools")

    @staticmethod
    def initial_of(document: Mapping[str, Any]) -> dict[str, Any]:
        """What the document says already."""
        who, comparison = document.get("population", {}), document.get("comparison", {})
        design, window = document.get("design", {}), document.get("window", {})
        decides = "chance" if design.get("kind", "randomized") == "randomized" else "list"
        return {
            "grades": who.get("grades", []),
            "schools": who.get("schools", []),
            "decides": "use" if comparison.get("assigned_by") == "use" else decides,
            "unit": design.get("unit", "school"),
            **{name: comparison.get(name, "") for name in ("tool_arm", "usual_arm")},
            "starts": window.get("start"),
            "ends": window.get("end"),
            "minutes_per_week": document.get("tool", {}).get("minutes_per_week", 30.0),
            "used_from": comparison.get("use", {}).get("at_least"),
        }

    def clean(self) -> dict[str, Any]:
        """A window ends on or after its start."""
        cleaned: dict[str, Any] = super().clean() or {}
        starts, ends = cleaned.get("starts"), cleaned.get("ends")
        if starts and ends and ends < starts:
            self.add_error("ends", _("The last day comes after the first."))
        if bool(starts) != bool(ends) and not self.errors:
            self.add_error("ends" if starts else "starts", _("Give both days, or none yet."))
        return cleaned

    def answer(self) -> TakingPart:
        """Who takes part."""
        said = dict(self.cleaned_data)
        said.pop("version")
        return TakingPart(grades=tuple(said.pop("grades")), schools=tuple(said.pop("schools")), **said)


class MeasuresForm(Versioned):
    """Where the outcomes come from, what they were before, and whose gap is looked at."""

    domain = forms.CharField(label=_("What does it stand for?"), help_text=_("Such as: reading comprehension."))
    assessment = forms.CharField(label=_("Which test?"), widget=Suggested, help_text=_("As the records name it."))
    form = forms.CharField(label=_("Which of its windows?"), widget=Suggested, help_text=_("Such as: spring."))
    before = forms.CharField(
        label=_("Which window was before the tool?"), widget=Suggested, required=False,
        help_text=_("Such as: fall. Without it the answer is far less sure."),
    )  # fmt: skip
    second_label = forms.CharField(
        label=_("A second measure"), required=False,
        help_text=_("Best one that could suffer, so that nobody teaches to a single number."),
    )  # fmt: skip
    second_unit = forms.CharField(label=_("Counted in"), required=False)
    second_domain = forms.CharField(label=_("What does it stand for?"), required=False)
    second_assessment = forms.CharField(label=_("Which test?"), widget=Suggested, required=False)
    second_form = forms.CharField(label=_("Which of its windows?"), widget=Suggested, required=False)
    second_before = forms.CharField(label=_("Which window was before the tool?"), widget=Suggested, required=False)
    groups = forms.MultipleChoiceField(
        label=_("Whose gap does the aim want to close?"), required=False,
        choices=[
            ("economically_disadvantaged", _("Family income")), ("english_learner", _("English learners")),
            ("disability", _("Students with disabilities")),
        ],
    )  # fmt: skip

    further = forms.MultipleChoiceField(label=_("What else should both sides have alike?"), required=False)

    def __init__(self, *args: Any, known: Any = None, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        tests: Sequence[tuple[str, str]] = known.tests if known else ()
        self.fields_known: tuple[str, ...] | None = known.fields if known else None
        self.facts = dict(known.facts) if known else {}
        self.facts |= {one: False for one in self.initial.get("further", ()) if one not in self.facts}
        self.fields["further"].choices = [(one, one.replace("_", " ")) for one in self.facts]  # type: ignore[attr-defined]
        self._suggest(tests)

    def _suggest(self, tests: Sequence[tuple[str, str]]) -> None:
        """Say what the records know, in the hint as well: a list behind an empty field is easily overlooked."""
        for name in ("assessment", "second_assessment"):
            self.fields[name].widget.suggestions = sorted({test for test, _form in tests})
        for name in ("form", "before", "second_form", "second_before"):
            self.fields[name].widget.suggestions = sorted({form for _test, form in tests})
        if tests and len(tests) <= MOST_NAMED:
            named = "; ".join(f"{test} ({form})" for test, form in tests)
            self.fields["assessment"].help_text = _("The records know, with the window in brackets: %(named)s") % {
                "named": named
            }

    @property
    def further_ticks(self) -> list[tuple[str, str, bool]]:
        """Further facts as boxes."""
        return self.ticks("further")

    @property
    def group_ticks(self) -> list[tuple[str, str, bool]]:
        """Groups as boxes."""
        return self.ticks("groups")

    @property
    def primary_label(self) -> str:
        """What the main measure is called, where the prediction named it."""
        return str(self.initial.get("label", ""))

    @staticmethod
    def initial_of(document: Mapping[str, Any]) -> dict[str, Any]:
        """What the document says already."""
        first, second = primary_of(document), second_of(document)
        groups = [one.get("from", {}).get("field") for one in document.get("subgroups", ())]
        found = _measured(document, first, "") | _measured(document, second, "second_")
        found |= {"second_label": second.get("label", ""), "second_unit": second.get("unit", "")}
        sources = [one.get("from", {}) for one in document.get("covariates", ())]
        found |= {"further": [one["attribute"] for one in sources if list(one) == ["attribute"]]}
        return found | {"groups": [field for field in groups if field in FLAGS], "label": first.get("label", "")}

    def clean(self) -> dict[str, Any]:
        """A second measure is whole or absent."""
        cleaned: dict[str, Any] = super().clean() or {}
        names = ("second_label", "second_unit", "second_domain", "second_assessment", "second_form")
        given = [name for name in names if (cleaned.get(name) or "").strip()]
        for name in names if given else ():
            if name not in given:
                self.add_error(name, _("The second measure needs this as well."))
        return cleaned

    def answer(self) -> Measures:
        """The measures."""
        said = self.cleaned_data
        first = Measured(said["domain"], said["assessment"], said["form"], said["before"])
        second = None
        if said["second_label"]:
            parts = ("domain", "assessment", "form", "before", "label", "unit")
            second = Measured(*(said[f"second_{part}"] for part in parts))
        further = tuple((name, self.facts[name]) for name in said["further"])
        return Measures(first, second, tuple(said["groups"]), self.fields_known, further)


class RuleForm(Versioned):
    """What is worth having, and what will be done with which answer."""

    smallest_effect = forms.FloatField(
        label=_("What is the smallest change worth having?"), min_value=0, widget=forms.NumberInput(attrs=SHORT),
        help_text=_("In the unit of the main measure. Below it the money would be better spent elsewhere."),
    )  # fmt: skip
    adopt_at = forms.FloatField(
        label=_("Adopt when this is at least so likely"), min_value=0.5, max_value=0.99,
        widget=forms.NumberInput(attrs=SHORT), help_text=_("Between 0.5 and 0.99; usual is 0.8."),
    )  # fmt: skip
    stop_at = forms.FloatField(
        label=_("Stop when it is at most so likely"), min_value=0.01, max_value=0.5,
        widget=forms.NumberInput(attrs=SHORT), help_text=_("Between 0.01 and 0.5; usual is 0.2."),
    )  # fmt: skip
    decider = forms.CharField(label=_("Who decides?"), help_text=_("Such as: curriculum council, for the board."))
    adopt_means = forms.CharField(label=_("Adopt means"), widget=forms.Textarea(attrs={"rows": 2}))
    adapt_means = forms.CharField(label=_("Adapt means"), widget=forms.Textarea(attrs={"rows": 2}))
    stop_means = forms.CharField(label=_("Stop means"), widget=forms.Textarea(attrs={"rows": 2}))

    @staticmethod
    def initial_of(document: Mapping[str, Any]) -> dict[str, Any]:
        """What the document says already."""
        own = document.get("decision", {})
        names = ("adopt_at", "stop_at", "decider", "adopt_means", "adapt_means", "stop_means")
        return {name: own.get(name) for name in names} | {"smallest_effect": document.get("smallest_effect")}

    def answer(self) -> Ruled:
        """The rule."""
        said = dict(self.cleaned_data)
        said.pop("version")
        return Ruled(**said)


class DocumentForm(Versioned):
    """The document itself, for those who write it by hand."""

    text = forms.CharField(
        label=_("The plan's document"),
        strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "class": "is-code"}),
    )


class AmendForm(forms.Form):
    """A change to a locked plan."""

    reason = forms.CharField(
        label=_("Why is it changed?"), widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Every report shows the change with this reason."),
    )  # fmt: skip
    text = forms.CharField(
        label=_("The plan as it shall be"),
        strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "class": "is-code"}),
    )


class SampleForm(forms.Form):
    """How many are chosen, and why again."""

    size = forms.IntegerField(label=_("How many take part?"), min_value=1, widget=forms.NumberInput(attrs=SHORT))
    hold_back = forms.IntegerField(
        label=_("How many are kept out on purpose?"), min_value=0, initial=0, widget=forms.NumberInput(attrs=SHORT),
        help_text=_("To be compared later."),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Why is it drawn again?"), required=False, help_text=_("Only for a second draw; it stays readable.")
    )


class DeclineForm(forms.Form):
    """Who does not take part, and why."""

    unit = forms.ChoiceField(label=_("Who declined?"))
    because = forms.CharField(label=_("Why, in their own words?"))

    def __init__(self, *args: Any, units: Pairs, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = list(units)  # type: ignore[attr-defined]


class StopForm(forms.Form):
    """Why a cycle stops."""

    because = forms.CharField(label=_("Why does it stop?"), widget=forms.Textarea(attrs={"rows": 3}))


class ReleaseForm(forms.Form):
    """For whom a brief goes out, and to whom."""

    audience = forms.ChoiceField(
        label=_("For whom?"),
        choices=[(Audience.PUBLIC.value, _("Everybody: board, families, press")), (Audience.STAFF.value, _("Staff"))],
    )
    recipient = forms.CharField(label=_("To whom does it go?"), max_length=300)
    language = forms.ChoiceField(label=_("In which language?"), choices=[("en", "English"), ("es", "Español")])
    notes = forms.MultipleChoiceField(required=False)

    def __init__(self, *args: Any, pinned: Sequence[Any], **kwargs: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **kwargs)
        self.fields["notes"].choices = [(one.public_id, one.says) for one in pinned]  # type: ignore[attr-defined]


class VoiceForm(forms.Form):
    """What somebody says in a review."""

    says = forms.CharField(
        label=_("What did you see, hear or doubt?"), widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("It stands as you say it, with your name; it cannot be taken back. Name no student."),
    )  # fmt: skip
    leans = forms.ChoiceField(
        label=_("Which way do you lean?"), required=False, choices=[("", _("I do not say")), *Choice.choices]
    )


class DecisionForm(forms.Form):
    """What is decided, and why."""

    chosen = forms.ChoiceField(label=_("What is decided?"), choices=Choice.choices)
    reasons = forms.CharField(label=_("Why?"), widget=forms.Textarea(attrs={"rows": 3}))
    deviation = forms.CharField(
        label=_("Why is the rule not followed?"), required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed where the decision is not what the registered rule says."),
    )  # fmt: skip
    is_read = forms.BooleanField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, ruled: str, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.ruled = ruled

    def clean(self) -> dict[str, Any]:
        """Leaving the rule has its reason."""
        cleaned: dict[str, Any] = super().clean() or {}
        differs = cleaned.get("chosen") and cleaned["chosen"] != self.ruled
        if differs and not (cleaned.get("deviation") or "").strip():
            self.add_error("deviation", _("This is not what the rule says. Write why."))
        return cleaned


class LearningForm(forms.Form):
    """What was learned."""

    says = forms.CharField(
        label=_("What did we learn?"), widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One or two sentences for those who were not there. That we cannot tell is worth writing, too."),
    )  # fmt: skip
    holds_for = forms.CharField(label=_("For whom does it hold?"), required=False)
    not_tested = forms.CharField(label=_("Where was it not tested?"), required=False)


def primary_of(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The primary outcome of a document; empty while there is none."""
    return next((one for one in document.get("outcomes", ()) if one.get("role") == "primary"), {})


def second_of(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The first secondary outcome of a document; empty where there is none."""
    return next((one for one in document.get("outcomes", ()) if one.get("role") == "secondary"), {})


def _measured(document: Mapping[str, Any], outcome: Mapping[str, Any], before: str) -> dict[str, Any]:
    source = outcome.get("from", {})
    baseline: Mapping[str, Any] = next(
        (one for one in document.get("covariates", ()) if one.get("key") == outcome.get("baseline")), {}
    )
    parts = {
        "domain": outcome.get("domain", ""),
        "assessment": source.get("result", ""),
        "form": (source.get("forms") or [""])[0],
        "before": (baseline.get("from", {}).get("forms") or [""])[0] if outcome.get("baseline") else "",
    }
    return {f"{before}{name}": value for name, value in parts.items()}
