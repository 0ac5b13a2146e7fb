"""Voice roles: which roles a column may play in the tables of people's words and eyes, and of service."""

from __future__ import annotations

ANYONE = frozenset({"responses", "feedback", "observations"})
"""Tables whose rows may speak of people whom no roster knows, or of nobody by name."""

VOICE_PEOPLE = frozenset({"training", "access", "incidents"})
"""Tables whose rows need a person."""

_CHOICES = frozenset({"construct", "wording", "lowest", "highest", "reverse"})

VOICE_ROLES: dict[str, frozenset[str]] = {
    "responses": frozenset(
        {
            "instrument",
            "item",
            "answer",
            "response_id",
            "respondent",
            "answered_on",
            "school",
            "section",
            "tool",
            "grade",
        }
    )
    | _CHOICES,
    "survey_items": frozenset({"instrument", "item"}) | _CHOICES,
    "feedback": frozenset({"feedback_id", "respondent", "text", "topic", "said_on", "school", "tool"}),
    "observations": frozenset(
        {"observation_id", "rubric", "element", "level", "lowest", "highest", "observed_on", "minutes", "school"}
        | {"section", "tool"}
    ),
    "tickets": frozenset(
        {"ticket_id", "tool", "opened_on", "replied_on", "closed_on", "hours_to_reply", "hours_to_solve", "kind"}
        | {"caller", "school"}
    ),
    "outages": frozenset({"outage_id", "tool", "began_on", "ended_on", "minutes", "planned", "school"}),
    "training": frozenset({"training", "held_on", "hours", "attended", "tool", "school"}),
    "access": frozenset({"device", "home_device", "home_internet", "asked_on", "school", "grade"}),
    "incidents": frozenset({"incident_id", "kind", "happened_on", "tool", "school", "grade"}),
}
"""Which roles a column may play for each of these tables."""
