"""A cohort at work, for pages that need somebody's history on them."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.db import transaction
from django.utils import timezone

from adaptive.adapting import standing_of
from adaptive.flying.reports import Order, fly_through
from adaptive.models import Finding, Job, JobState, ModalityEffect, PolicyJudgment, Recommendation, Rule
from adaptive.placing import begin_placement
from adaptive.policies import PolicyWish
from adaptive.rule_conditions import Condition, When
from adaptive.rulemaking import Draft, Realm, switch_on, write
from adaptive.rules import Then
from adaptive.ruling import obey
from adaptive.serving import live_tutor
from adaptive.simulating import simulate_cohort
from adaptive.stepping import practice
from adaptive.wishing import want
from analytics.summarizing import drain
from courses.enrolling import enroll, join
from courses.hinting import take_hint
from courses.models import Cohort, Course, Enrollment, Presentation, User
from tests.adaptive.acting import learn, respond
from tests.factories import with_password

ROLES: dict[str, dict[str, bool]] = {
    "ada": {},
    "ben": {},
    "grace": {"is_trainer": True},
    "noor": {"is_author": True},
    "root": {"is_staff": True, "is_superuser": True, "is_author": True, "is_trainer": True},
}


def build_cohort() -> None:
    """Ada in the middle of a course, among made-up learners that grace looks after; noor writes and root runs it.

    Ben is new to the course, and found out where to start.
    """
    course = Course.objects.get()
    people = {
        name: with_password(User.objects.create_user(f"{name}@example.org", first_name=name.capitalize(), **roles))
        for name, roles in ROLES.items()
    }
    cohort = Cohort.objects.create(name="Spring intake", is_simulated=True)
    cohort.courses.add(course)
    cohort.trainers.add(people["grace"])
    simulate_cohort(cohort, learners=4, seed=3, days=10)
    [enrollment] = join(people["ada"], cohort)
    learn(enrollment, lambda number: number % 4 > 0, answers=9)
    shown = practice(Enrollment.objects.with_edition().get(pk=enrollment.pk))
    if shown and shown.question_version.content["hints"]:
        take_hint(shown, 1)
    write_rules(course, cohort, people)
    tell_ways(cohort, course.subject)
    place(people["ben"], course)
    drain()
    fly(course)
    judge(course, people["grace"])


def judge(course: Course, trainer: User) -> None:
    """Last night the recurrent policy was judged, and a trainer wants it only watched."""
    figures = {"estimate": 0.72, "lower": 0.66, "upper": 0.78, "default": 0.61, "ahead": 0.11, "ahead_lower": 0.03}
    facts = {"other_favorite": 0.31, "left_out": {"no_choice": 17}}
    found = {"was": "shadow", "stage": "trial", "share": 0.2, "steps": 412, "learners": 63, "facts": facts, **figures}
    PolicyJudgment.objects.create(course=course, day=timezone.now().date(), ruling="tries", wish="by_itself", **found)
    want(course, PolicyWish.SHADOW, trainer)


def place(learner: User, course: Course) -> None:
    """Let somebody who knows the first modules find out where to start."""
    enroll(learner, course)
    question = begin_placement(Enrollment.objects.with_edition().get(learner=learner))
    while question:
        question = respond(question, right=question.module.position < 5).next_question


def fly(course: Course) -> None:
    """A flight of a few learners, with something to mend and something to know."""
    report = fly_through(Order(Course.objects.select_related("edition", "latest_revision").get(), learners=4))
    module = {"about": "module", "id": course.modules.first().pk, "title": "Lists"}
    stranded = {"name": "dead_end", "is_note": False, **module, "figures": {"stranded": 2, "stuck": 0}}
    report["findings"] = [stranded, {**stranded, "is_note": True}]
    Job.objects.create(kind="fly", course=course, state=JobState.DONE, result=report, ended_at=timezone.now())


def tell_ways(cohort: Cohort, subject: str) -> None:
    """A way of teaching that helped more, and an order of practice of which too little is known."""
    rows = (
        ("way", "text", -0.06, Finding.WINNER),
        ("way", "practice-questions", 0.06, Finding.WINNER),
        ("order", "interleaved", None, Finding.OPEN),
        ("order", "blocked", None, Finding.OPEN),
    )
    for group in (cohort, None):
        for factor, arm, points, finding in rows:
            ends = {} if points is None else {"difference": points, "low": points - 0.04, "high": points + 0.04}
            figures = {"mean": points or 0.0, "sd": 0.02, "answers": 210, "learners": 31, "missing": 43}
            kept = {"factor": factor, "arm": arm, "finding": finding, "is_better": bool(points and points > 0.0)}
            ModalityEffect.objects.create(subject=subject, cohort=group, **kept, **figures, **ends)


def write_rules(course: Course, cohort: Cohort, people: dict[str, User]) -> None:
    """One of the cohort's trainer, which is off, and one of the course's author, which has fired for everybody."""
    last = course.modules.order_by("position").last()
    away = Condition(when=When.INACTIVE, days=1)
    write(Realm(course, cohort), people["grace"], Draft([away], Then.INSERT, target=last))
    switch_on(write(Realm(course), people["noor"], Draft([Condition(when=When.BEGUN)], Then.NOTIFY, note="Say hello.")))
    for enrollment in Enrollment.objects.with_edition():
        with transaction.atomic():
            obey(standing_of(enrollment, live_tutor(course.pk)))


def rule_of(name: str) -> Rule:
    """The rule that this person wrote."""
    return Rule.objects.get(made_by=person(name))


def person(name: str) -> User:
    return User.objects.get(email=f"{name}@example.org")


def ada_enrolled() -> Enrollment:
    return Enrollment.objects.get(learner=person("ada"))


def open_question() -> Presentation:
    """The question that ada is being asked."""
    return ada_enrolled().presentations.exclude(interactions__kind="answered").latest("shown_at")


def answered_question() -> Presentation:
    """The question that ada answered last."""
    return ada_enrolled().presentations.filter(interactions__kind="answered").latest("shown_at")


def latest_offer() -> Recommendation:
    return Recommendation.objects.filter(enrollment=ada_enrolled()).latest("made_at")


def reset_key() -> tuple[str, str]:
    """What stands in the address of the mail for a new password."""
    ada = person("ada")
    return user_pk_to_url_str(ada), default_token_generator.make_token(ada)
