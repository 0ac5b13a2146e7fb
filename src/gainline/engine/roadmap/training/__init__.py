"""Training: small modules, coaching that fades by rule, practice that comes back, credentials on evidence."""

from gainline.engine.roadmap.training.adoption import AdoptionRule, Stage, adoption_stage
from gainline.engine.roadmap.training.awarding import Award, Evidence, Granted, grant
from gainline.engine.roadmap.training.coaching import coach
from gainline.engine.roadmap.training.practice import intervals, review_days
from gainline.engine.roadmap.training.reading import read_program
from gainline.engine.roadmap.training.sheet import Program

__all__ = [
    "AdoptionRule",
    "Award",
    "Evidence",
    "Granted",
    "Program",
    "Stage",
    "adoption_stage",
    "coach",
    "grant",
    "intervals",
    "read_program",
    "review_days",
]
