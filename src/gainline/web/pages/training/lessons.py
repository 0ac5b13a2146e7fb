"""The lessons of the training in words: a rule of the district, a question on it, and its answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from gainline.engine.privacy import Policy


@dataclass(frozen=True, slots=True)
class Lesson:
    """One rule: its key, its heading, what it says, what is asked on it, and the answers by their keys."""

    key: str
    title: str
    says: str
    asks: str
    answers: tuple[tuple[str, str], ...]


def lessons(days: int) -> Iterator[Lesson]:
    """Every lesson, in order; the keys are those of `services.training.ANSWERS`.

    Parameters
    ----------
    days
        For how many days a training counts in this district.
    """
    yield _small_groups(Policy().minimum_n)
    yield _names()
    yield _purpose(days)
    yield _sending()
    yield _mistakes()


def _small_groups(fewest: int) -> Lesson:
    says = _(
        "A figure about few students tells about each of them. Groups of fewer than %(n)d are never shown, and larger "
        "ones in bands, so that nobody can count back to a child, not even by subtracting one report from another."
    ) % {"n": fewest}
    return Lesson(
        "small-groups", _("Small groups stay hidden"), says,
        _("A principal asks for the result of the four students of one program. What do you do?"),
        (
            ("rounded", _("Give it as a rounded percentage.")),
            ("subtract", _("Give the results of all others and of the whole school.")),
            ("never-alone", _("Say that a group this small is not shown, in no form.")),
        ),
    )  # fmt: skip


def _names() -> Lesson:
    return Lesson(
        "names", _("Names stay where they are needed"),
        _("Names and numbers of students stand on the page that settles identities, and nowhere else. Reading them is "
          "written down: who, which and when. They go into no note, message, file name or picture of a screen."),
        _("You do not know whose an account in a vendor's file is, and a colleague might. How do you ask?"),
        (
            ("mail", _("By e-mail, with the student's name and number.")),
            ("stay-here", _("By asking the colleague to look at the identity here, with an own grant.")),
            ("picture", _("By sending a picture of the screen.")),
        ),
    )  # fmt: skip


def _purpose(days: int) -> Lesson:
    return Lesson(
        "purpose", _("Records are used for what your grant says"),
        _("A grant names a role, a purpose, a unit and a time. Looking up a neighbor's child is a misuse, and so is "
          "comparing teachers: what this site measures is tools. Without a training of the last %(days)d days, "
          "nothing about people opens.") % {"days": days},
        _("You judge tools, and somebody asks which teacher's class did worst. What do you do?"),
        (
            ("as-granted", _("Say that your grant is for judging tools, and that teachers are not ranked here.")),
            ("once", _("Look it up this once, and tell only who asked.")),
            ("grant", _("Give yourself a grant that allows it.")),
        ),
    )  # fmt: skip


def _sending() -> Lesson:
    return Lesson(
        "sending", _("Two people send figures out"),
        _("What goes to families, the board or the public is asked for by one person and approved by another, who "
          "reads what would be sent. Who evaluated it does neither. If it changes, it is approved anew."),
        _("The board meets tonight and nobody is there to approve the brief. What do you do?"),
        (
            ("figures", _("Read the figures out without sending the brief.")),
            ("myself", _("Approve it yourself, and have somebody look tomorrow.")),
            ("two-people", _("Wait for a second person: figures that went out cannot be taken back.")),
        ),
    )  # fmt: skip


def _mistakes() -> Lesson:
    return Lesson(
        "mistakes", _("Mistakes are told at once"),
        _("A file to the wrong address, a lost device, a page left open: tell your privacy lead the same hour. "
          "Deadlines by law run from the day on which somebody knew. Nobody is blamed for telling."),
        _("You sent a file with students' numbers to a wrong address, and it was sent back unread. What now?"),
        (
            ("nothing", _("Nothing, as nobody read it.")),
            ("at-once", _("Tell the privacy lead now.")),
            ("report", _("Mention it in the yearly report.")),
        ),
    )  # fmt: skip
