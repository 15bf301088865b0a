"""Who may do and see what. Every page and every endpoint asks here; somebody else's object is a 404."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlsplit

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.db.models import SlugField, UUIDField
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

from courses.kept_versions import version_of
from courses.models import Cohort, Course, Enrollment, Presentation, User, Variant
from courses.statements import Query, Slot

Arguments = ParamSpec("Arguments")
View = Callable[Concatenate[HttpRequest, Arguments], HttpResponseBase]

CONTENT = ("course", "skill", "module", "variant", "question")
DEEDS = ("add", "change", "delete", "view", "publish", "lock", "unlock")
AUTHOR_PERMISSIONS = frozenset(
    {f"courses.{deed}_{thing}" for deed in DEEDS for thing in CONTENT} | {"wagtailadmin.access_admin"}
)

TO_ANSWER = (
    "module",
    "variant",
    "purpose",
    "predicted",
    "enrollment__learner__needs",
    "enrollment__last_sequence",
    "enrollment__finished_at",
    "enrollment__course__slug",
    "enrollment__course__edition__number",
    "question_version",
)
ENROLLMENT = Query(
    lambda: (
        Enrollment.objects.with_edition()
        .filter(learner=Slot("learner", UUIDField()), course__slug=Slot("slug", SlugField()))
        .order_by()
    )
)
SHOWN_TO = Query(
    lambda: (
        Presentation.objects.select_related("enrollment__course__edition", "enrollment__learner")
        .filter(pk=Slot("id", UUIDField()), enrollment__learner=Slot("learner", UUIDField()))
        .only(*TO_ANSWER)
    )
)


class RoleBackend(BaseBackend):
    """Turns the author role into permissions, so that there is nothing to set up and nothing to forget."""

    def get_all_permissions(self, user_obj: User | AnonymousUser, obj: Any = None) -> set[str]:
        is_author = user_obj.is_active and isinstance(user_obj, User) and user_obj.is_author
        return set(AUTHOR_PERMISSIONS) if is_author else set()


def actor(request: HttpRequest) -> User:
    """The person who is signed in."""
    if not request.user.is_authenticated:
        raise Http404
    return request.user


def to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """Let somebody sign in, and then go on: where they wanted to, or to the page whose form they sent."""
    if request.method in ("GET", "HEAD"):
        return redirect_to_login(request.get_full_path())
    page = request.headers.get("referer", "")
    is_ours = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
    return redirect_to_login(urlsplit(page)._replace(scheme="", netloc="").geturl() if is_ours else resolve_url("home"))


def _for_those(who: Callable[[User], bool]) -> Callable[[View[Arguments]], View[Arguments]]:
    """Make a page sign people in first, and not exist for those it is not for."""

    def decorate(view: View[Arguments]) -> View[Arguments]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return to_sign_in(request)
            if not who(request.user):
                raise Http404
            return view(request, *args, **kwargs)

        return guarded

    return decorate


for_people = _for_those(lambda user: True)
for_trainers = _for_those(lambda user: user.is_trainer or user.is_staff)
for_authors = _for_those(lambda user: user.is_author or user.is_superuser)


def visible_courses(user: User) -> Any:
    """Published courses; authors and admins also see drafts."""
    return Course.objects.all() if user.is_author or user.is_staff else Course.objects.filter(live=True)


def steerable_course(user: User, slug: str) -> Course:
    """A course that this person writes, or that a cohort takes which they look after; or 404."""
    everything = user.is_author or user.is_staff or user.is_superuser
    taught = Course.objects.filter(cohorts__in=Cohort.objects.taught_by(user).values("pk")).distinct()
    return get_object_or_404(Course.objects.all() if everything else taught, slug=slug)


def authored_course(user: User, slug: str) -> Course:
    """A course that this person may write, or 404. As the pages `for_authors`."""
    everything = user.is_author or user.is_superuser
    return get_object_or_404(Course.objects.all() if everything else Course.objects.none(), slug=slug)


def decides_for_all(user: User, course: Course) -> bool:
    """Whether this person may set what counts for everybody in a course: its authors and admins; and a trainer, as long
    as nobody else's cohort takes it."""
    others = course.cohorts.exclude(pk__in=Cohort.objects.taught_by(user).values("pk"))
    return user.is_author or user.is_staff or user.is_superuser or not others.exists()


def own_enrollment(user: User, slug: str) -> Enrollment:
    """This person's enrollment in the course, or 404."""
    enrollment = ENROLLMENT.first(learner=user.pk, slug=slug)
    if enrollment is None:
        raise Http404
    return enrollment


def own_presentation(user: User, presentation_id: Any) -> Presentation:
    """A question that was shown to this person, or 404."""
    presentations = Presentation.objects.select_related(
        "enrollment__course__edition", "question_version", "module", "variant"
    )
    return get_object_or_404(presentations, pk=presentation_id, enrollment__learner=user)


def readable_variant(user: User, variant_id: int) -> Variant:
    """A published variant of a course that this person takes, or 404."""
    published = Variant.objects.filter(live=True, module__live=True).select_related("module")
    return get_object_or_404(published, pk=variant_id, module__course__enrollments__learner=user)


def question_to_answer(user: User, presentation_id: Any) -> Presentation:
    """A question that was shown to this person, with what its answer needs and nothing more, or 404."""
    shown = SHOWN_TO.first(id=presentation_id, learner=user.pk)
    if shown is None:
        raise Http404
    shown.question_version = version_of(shown.question_version_id)
    return shown


def trained_cohort(user: User, pk: int) -> Cohort:
    """A cohort this trainer looks after, or 404. Checked on every read, so a revoked trainer is out at once."""
    return get_object_or_404(Cohort.objects.taught_by(user).distinct(), pk=pk)


def coached_enrollment(user: User, cohort: Cohort, pk: int) -> Enrollment:
    """An enrollment of a learner of this cohort, or 404."""
    trained_cohort(user, cohort.pk)
    return get_object_or_404(Enrollment.objects.in_cohort(cohort).with_edition().select_related("learner"), pk=pk)
