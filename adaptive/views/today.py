"""The first page: the one next step of each course, and what is due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from adaptive.adapting import Standing, standing_of
from adaptive.alternatives import Comparison, comparison_of
from adaptive.drawing import skill_rows
from adaptive.entrance import Entrance, entrance_to
from adaptive.explaining import sentence
from adaptive.guarding import NothingToLearn
from adaptive.models import Recommendation
from adaptive.placement import is_under_way
from adaptive.recommending import recommend_next
from adaptive.reviewing import Due, due, next_due_at
from adaptive.serving import live_tutor
from adaptive.standings import standings_of, steps_on_offer
from adaptive.syllabus import ModuleEntry, VariantEntry
from courses.access import actor, for_people, visible_courses
from courses.models import Enrollment, User
from courses.views.looking import for_reading


@dataclass(frozen=True)
class Offer:
    """A course with its next step, for the page."""

    standing: Standing
    step: Recommendation
    module: ModuleEntry
    variant: VariantEntry | None
    why: str

    @property
    def entrance(self) -> Entrance:
        return entrance_to(self.standing, timezone.now())

    @property
    def more(self) -> list[str]:
        """Return what else there is to say of why, in sentences."""
        found = comparison_of(self.step)
        if found is None:
            return [self.why]
        right = round(10 * found.chosen["predicted"])
        said = [gettext("We expect you to get about %d of 10 answers right here.") % right]
        return [*said, *self._alternative(found), found.words]

    def _alternative(self, found: Comparison) -> list[str]:
        if found.is_other_way:
            return [gettext("The best alternative is another way to learn the same.")]
        other = self.standing.syllabus.modules.get(found.other["module"]) if found.other else None
        return [gettext("The best alternative is “%s”.") % other.title] if other else []

    @property
    def minutes(self) -> int:
        return self.variant.minutes if self.variant else max(self.module.minutes // 3, 2)


@require_safe
def home(request: HttpRequest) -> HttpResponseBase:
    """The own place of who is signed in; what there is to learn for who is not."""
    if request.user.is_authenticated:
        return redirect(place_of(request.user))
    courses = visible_courses(User()).annotate(modules_count=Count("modules", filter=Q(modules__live=True)))
    return render(request, "adaptive/landing.html", {"courses": courses})


def place_of(user: User) -> str:
    """Return the name of the page on which somebody begins: who has nothing to learn begins with their work."""
    rooms = (
        (user.is_staff, "admin:index"),
        (user.is_trainer, "analytics:cohorts"),
        (user.is_author, "wagtailadmin_home"),
    )
    if Enrollment.objects.of(user).exists():
        return "adaptive:today"
    return next((room for is_theirs, room in rooms if is_theirs), "adaptive:today")


@for_reading
@for_people
def today(request: HttpRequest) -> HttpResponse:
    """One next step for each course, what is due, and the skills of the course at hand."""
    enrollments = Enrollment.objects.of(actor(request)).with_edition().order_by("-last_sequence", "-enrolled_at")
    return render(request, "adaptive/today.html", _as_context(offers_in(list(enrollments))))


def offers_in(enrollments: Sequence[Enrollment]) -> list[Offer]:
    """Return the next step of each course that has one; a course where one is on offer costs no statement more."""
    standings = list(standings_of(enrollments))
    both = zip(standings, steps_on_offer(standings), strict=True)
    found = (_offer(standing, step) if step else offer_in(standing.enrollment) for standing, step in both)
    return [offer for offer in found if offer]


def offer_in(enrollment: Enrollment) -> Offer | None:
    """Return the next step in a course; None when it has no published modules."""
    try:
        step = recommend_next(enrollment)
    except NothingToLearn:
        return None
    return _offer(standing_of(enrollment, live_tutor(enrollment.course_id)), step)


def _offer(standing: Standing, step: Recommendation) -> Offer:
    module = standing.syllabus.modules[step.module_id]
    return Offer(standing, step, module, module.variant(step.variant_id), sentence(step))


def _as_context(offers: list[Offer]) -> dict[str, Any]:
    waiting: list[tuple[Offer, Due]] = [(offer, one) for offer in offers for one in due(offer.standing, timezone.now())]
    if not offers:
        return {"offers": []}
    first = offers[0]
    return {
        "offers": offers,
        "first": first,
        "invitation": first.entrance.invitation,
        "is_held_back": is_under_way(first.standing),
        "others": offers[1:],
        "due": waiting,
        "next_at": _next_review(offers),
        "skills": skill_rows(first.standing),
        "course": first.standing.enrollment.course if len(offers) == 1 else None,
    }


def _next_review(offers: list[Offer]) -> datetime | None:
    """When something will be due that is not due yet."""
    times = (next_due_at(offer.standing) for offer in offers)
    return min((at for at in times if at and at > timezone.now()), default=None)
