"""The counts, to be looked at: they change when the log does, and in no other way."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from analytics.models import ChoiceTotal, EnrollmentDay, EnrollmentTotal, QuestionTotal


class Counts(admin.ModelAdmin[Any]):
    """A list that nobody can change. It does not count all rows, of which there may be millions."""

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(EnrollmentTotal)
class EnrollmentTotalAdmin(Counts):
    list_display = ["enrollment", "answers", "score", "wrong_in_a_row", "active_days", "last_at", "seen_up_to"]
    list_select_related = ["enrollment__learner", "enrollment__course"]
    search_fields = ["enrollment__learner__email"]


@admin.register(EnrollmentDay)
class EnrollmentDayAdmin(Counts):
    list_display = ["enrollment", "day", "answers", "score", "hints", "seconds", "modules_finished"]
    list_select_related = ["enrollment__learner", "enrollment__course"]
    search_fields = ["enrollment__learner__email"]


@admin.register(QuestionTotal)
class QuestionTotalAdmin(Counts):
    list_display = ["question", "is_simulated", "answers", "firsts", "score", "pairs", "hints", "timed"]
    list_select_related = ["question"]
    list_filter = ["is_simulated"]
    search_fields = ["question__title"]


@admin.register(ChoiceTotal)
class ChoiceTotalAdmin(Counts):
    list_display = ["question", "choice", "is_simulated", "times", "pairs"]
    list_select_related = ["question"]
    list_filter = ["is_simulated"]
    search_fields = ["question__title", "choice"]
