"""The counts, to be looked at: they change when the log does, and in no other way. And people, to be forgotten."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from analytics.erasing import erase
from analytics.models import ChoiceTotal, EnrollmentDay, EnrollmentTotal, QuestionTotal
from courses.access import actor
from courses.admin import PeopleAdmin
from courses.models import User


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


admin.site.unregister(User)


@admin.register(User)
class ForgettablePeopleAdmin(PeopleAdmin):
    """People, whom superusers may erase. Nobody is deleted in another way: the counts must forget them first."""

    actions = (*PeopleAdmin.actions, "erase_them")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_erase_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    @admin.action(description=_("Erase them for good"), permissions=["erase"])
    def erase_them(self, request: HttpRequest, people: QuerySet[User]) -> HttpResponse | None:
        """Ask first, then erase everybody who was chosen, but nobody themselves."""
        others = people.exclude(pk=actor(request).pk)
        if "sure" not in request.POST:
            return self._ask(request, others.annotate(entries=Count("enrollments__interactions")).order_by("email"))
        erased = [erase(person) for person in others]
        words = ngettext("%(count)d person is erased.", "%(count)d people are erased.", len(erased))
        self.message_user(request, words % {"count": len(erased)}, messages.SUCCESS)
        return None

    def _ask(self, request: HttpRequest, people: QuerySet[User]) -> HttpResponse:
        context = self.admin_site.each_context(request) | {
            "title": gettext("Erase them for good?"),
            "opts": self.opts,
            "people": people,
            "field": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/courses/user/erase.html", context)
