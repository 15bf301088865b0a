from django.db import migrations, models

FACTORS = [("way", "Ways of teaching"), ("spacing", "When to practice again"), ("order", "In which order to practice")]
FINDINGS = [("winner", "Some work better"), ("no difference", "No difference found"), ("open", "Not enough data yet")]
ADDED = {
    "difference": models.FloatField(null=True),
    "factor": models.CharField(choices=FACTORS, default="way", max_length=10),
    "finding": models.CharField(choices=FINDINGS, default="open", max_length=13),
    "high": models.FloatField(null=True),
    "is_better": models.BooleanField(default=False),
    "learners": models.PositiveIntegerField(default=0),
    "low": models.FloatField(null=True),
    "missing": models.PositiveIntegerField(null=True),
    "noise": models.FloatField(default=0.2),
    "spread": models.FloatField(default=0.05),
}


class Migration(migrations.Migration):
    """Effects of modalities become effects of the arms of a factor, with what they come to."""

    dependencies = [("adaptive", "0007_how_long_learners_remember")]

    operations = [
        migrations.RemoveConstraint("modalityeffect", "one_effect_per_cohort_and_modality"),
        migrations.RemoveConstraint("modalityeffect", "one_effect_per_subject_and_modality"),
        migrations.RenameField("modalityeffect", "modality", "arm"),
        migrations.AlterField("modalityeffect", "arm", models.CharField(max_length=20)),
        migrations.AlterModelOptions(
            "modalityeffect",
            {"verbose_name": "effect of a way of learning", "verbose_name_plural": "effects of ways of learning"},
        ),
        *(migrations.AddField("modalityeffect", name, field) for name, field in ADDED.items()),
        migrations.AddConstraint(
            "modalityeffect",
            models.UniqueConstraint(fields=("subject", "cohort", "arm"), name="one_effect_per_cohort_and_arm"),
        ),
        migrations.AddConstraint(
            "modalityeffect",
            models.UniqueConstraint(
                condition=models.Q(("cohort", None)), fields=("subject", "arm"), name="one_effect_per_subject_and_arm"
            ),
        ),
    ]
