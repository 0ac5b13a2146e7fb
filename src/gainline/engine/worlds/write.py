"""Writing a world to a folder: the files a district would bring, its settings, its plans, and the truth beside them."""

from __future__ import annotations

import json
from pathlib import Path

from gainline.engine.worlds.pilots import LUMEN, QUEST
from gainline.engine.worlds.sheets import write_all
from gainline.engine.worlds.templates import DEMO_PLANS, plan_text
from gainline.engine.worlds.truth import truth
from gainline.engine.worlds.world import World

INCOMING = "incoming"
"""The folder, below the world's, that holds what is to be imported."""


LUMEN_PROFILE = f"""\
key = "lumen_reading"
name = "Lumen Reading, one row per completed lesson"
like = "iready_lesson"  # the same column layout
source_system = "lumen"
tool = "{LUMEN}"
files = ["lumen-reading-*.csv"]
absent_row = "zero"  # every completed lesson is a row
"""

QUEST_PROFILE = f"""\
key = "math_quest"
name = "Math Quest, one row per student and day"
like = "generic_usage"  # the same column layout
source_system = "quest"
tool = "{QUEST}"
files = ["math-quest-*.csv"]
minute = "minutes with an answer or a move, by the vendor's own count"
absent_row = "zero"  # a day without a row is a day without use
"""


def write(world: World, folder: Path) -> list[Path]:
    """Write the world's files.

    ``incoming/`` holds the OneRoster package, the vendors' and the office's files; ``plans/`` the two cycles' plans;
    ``profiles/`` how the tools' files are to be read; ``gainline.toml`` the district's settings with the vendors'
    nicknames of its schools; ``truth.json`` what no district would know.

    Parameters
    ----------
    world
        From `build`.
    folder
        Made if absent; files of the same name are replaced.

    Returns
    -------
    list of Path
        Every file written, sorted.
    """
    texts = {f"plans/{key}.toml": plan_text(key) for key in DEMO_PLANS}
    texts["profiles/lumen-reading.toml"] = LUMEN_PROFILE
    texts["profiles/math-quest.toml"] = QUEST_PROFILE
    texts["gainline.toml"] = settings_text(world)
    texts["truth.json"] = json.dumps(truth(world), indent=1, sort_keys=True) + "\n"
    content = {name: text.encode() for name, text in texts.items()}
    content |= {sheet.path: sheet.to_bytes() for sheet in world.sheets}
    return write_all(content, folder)


def settings_text(world: World) -> str:
    """The workspace's settings: the district, its time zone, and how vendors call its schools."""
    quoted = json.dumps  # a JSON string is a TOML basic string for the names that we make
    aliases = [
        f"{quoted(str(nick))} = {quoted(str(school_id))}"
        for nick, school_id in zip(world.schools.nicknames, world.schools.ids, strict=True)
    ]
    district = ["[district]", f"name = {quoted(world.spec.name)}", f"time_zone = {quoted(world.spec.time_zone)}"]
    return "\n".join([*district, "", "[school_aliases]", *aliases]) + "\n"
