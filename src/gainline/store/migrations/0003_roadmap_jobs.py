"""A kind of job for the roadmap: solve, explain, replan, simulate."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """Say the new word; no column changes."""

    dependencies: ClassVar = [("store", "0002_api_tokens")]

    operations: ClassVar = [
        migrations.AlterField(
            model_name="job",
            name="kind",
            field=models.CharField(
                choices=[
                    ("import", "Import"),
                    ("measure", "Measure"),
                    ("evaluate", "Evaluate"),
                    ("roadmap", "Roadmap"),
                ],
                max_length=10,
            ),
        ),
    ]
