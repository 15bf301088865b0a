"""Counts follow a bookmark in each learner's log, made-up learners apart. Counts of before are made again from the log."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("courses", "0002_content_and_log"), ("analytics", "0001_initial")]

    operations = [
        migrations.DeleteModel("EnrollmentDay"),
        migrations.DeleteModel("EnrollmentTotal"),
        migrations.DeleteModel("QuestionTotal"),
        migrations.DeleteModel("ChoiceTotal"),
        migrations.CreateModel(
            name="EnrollmentTotal",
            fields=[
                (
                    "enrollment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="total",
                        serialize=False,
                        to="courses.enrollment",
                    ),
                ),
                ("seen_up_to", models.PositiveBigIntegerField(default=0)),
                ("answers", models.PositiveIntegerField(default=0)),
                ("score", models.FloatField(default=0.0)),
                ("firsts", models.PositiveIntegerField(default=0)),
                ("first_score", models.FloatField(default=0.0)),
                ("hints", models.PositiveIntegerField(default=0)),
                ("seconds", models.FloatField(default=0.0)),
                ("finished", models.JSONField(default=list)),
                ("overrides", models.PositiveIntegerField(default=0)),
                ("too_hard", models.PositiveIntegerField(default=0)),
                ("wrong_in_a_row", models.PositiveIntegerField(default=0)),
                ("recent_scores", models.JSONField(default=list)),
                ("recent_score", models.FloatField(default=0.0)),
                ("answers_in_module", models.PositiveIntegerField(default=0)),
                ("active_days", models.PositiveIntegerField(default=0)),
                ("first_at", models.DateTimeField(null=True)),
                ("last_at", models.DateTimeField(null=True)),
                ("expected_by", models.DateTimeField(null=True)),
                (
                    "module",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="courses.module"
                    ),
                ),
            ],
            options={
                "verbose_name": "total of a learner",
                "verbose_name_plural": "totals of learners",
            },
        ),
        migrations.CreateModel(
            name="ChoiceTotal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_simulated", models.BooleanField(default=False)),
                ("choice", models.CharField(max_length=120)),
                ("times", models.PositiveIntegerField(default=0)),
                ("pairs", models.PositiveIntegerField(default=0)),
                ("rest", models.FloatField(default=0.0)),
                (
                    "question",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="choice_totals", to="courses.question"
                    ),
                ),
            ],
            options={
                "verbose_name": "total of a choice",
                "verbose_name_plural": "totals of choices",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("question", "is_simulated", "choice"), name="one_row_per_question_and_choice"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="EnrollmentDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("answers", models.PositiveIntegerField(default=0)),
                ("score", models.FloatField(default=0.0)),
                ("hints", models.PositiveIntegerField(default=0)),
                ("seconds", models.FloatField(default=0.0)),
                ("modules_finished", models.PositiveIntegerField(default=0)),
                (
                    "enrollment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="days", to="courses.enrollment"
                    ),
                ),
            ],
            options={
                "verbose_name": "day of a learner",
                "verbose_name_plural": "days of learners",
                "constraints": [
                    models.UniqueConstraint(fields=("enrollment", "day"), name="one_row_per_enrollment_and_day")
                ],
            },
        ),
        migrations.CreateModel(
            name="FirstAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("score", models.FloatField()),
                (
                    "enrollment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="courses.enrollment"
                    ),
                ),
                (
                    "question",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="courses.question"
                    ),
                ),
            ],
            options={
                "verbose_name": "first answer",
                "constraints": [
                    models.UniqueConstraint(fields=("enrollment", "question"), name="one_first_answer_per_question")
                ],
            },
        ),
        migrations.CreateModel(
            name="QuestionTotal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_simulated", models.BooleanField(default=False)),
                ("answers", models.PositiveIntegerField(default=0)),
                ("firsts", models.PositiveIntegerField(default=0)),
                ("score", models.FloatField(default=0.0)),
                ("hints", models.PositiveIntegerField(default=0)),
                ("timed", models.PositiveIntegerField(default=0)),
                ("seconds", models.FloatField(default=0.0)),
                ("time_bins", models.JSONField(default=dict)),
                ("pairs", models.PositiveIntegerField(default=0)),
                ("paired_score", models.FloatField(default=0.0)),
                ("paired_score_squared", models.FloatField(default=0.0)),
                ("rest", models.FloatField(default=0.0)),
                ("rest_squared", models.FloatField(default=0.0)),
                ("score_rest", models.FloatField(default=0.0)),
                (
                    "question",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="totals", to="courses.question"
                    ),
                ),
            ],
            options={
                "verbose_name": "total of a question",
                "verbose_name_plural": "totals of questions",
                "constraints": [
                    models.UniqueConstraint(fields=("question", "is_simulated"), name="one_total_per_question")
                ],
            },
        ),
    ]
