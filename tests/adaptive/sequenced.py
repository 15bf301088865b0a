"""Courses that the recurrent policy teaches, and logs by which it can be judged."""

import random

from adaptive import serving
from adaptive.adapting import nothing_seen
from adaptive.bringing import ANSWERS
from adaptive.filing import file_away
from adaptive.models import CoursePolicy, Recommendation
from adaptive.policies import PolicyStage
from adaptive.recommending import draw_step
from adaptive.sequencing import shipped
from adaptive.serving import live_tutor
from adaptive.sharing import teaches
from adaptive.stepping import practice
from adaptive.syllabus import syllabus_for, syllabus_of
from courses.models import Course, Enrollment, Interaction, InteractionKind, Presentation, QuestionVersion, User
from tests.adaptive.acting import respond
from tests.adaptive.conftest import again
from tests.factories import make_course, make_module, make_skill

HUB = 3  # place of the module that everything after it builds on
PLACE = 1  # of the module that opens the others: the second, so that the standard policy often offers it, too


def make_fan(modules: int = 8, place_of_hub: int = HUB, slug: str = "fan") -> Course:
    """Modules that stand alone, then one that opens all after it."""
    course, hub = make_course(modules=0, slug=slug), None
    for place in range(modules):
        skill = make_skill(course, f"skill-{place}", place, hub)
        make_module(course, skill, place, questions=4)
        hub = skill if place == place_of_hub else hub
    return course


def let_teach(course: Course, share: float = 1.0, round: int = 1) -> CoursePolicy:
    """Let the recurrent policy teach a share of the learners, from now on."""
    live = shipped()
    assert live
    stage = PolicyStage.MOST if share > 0.5 else PolicyStage.TRIAL
    how = {"stage": stage, "share": share, "sequencer": live.sha256, "round": round}
    policy, _ = CoursePolicy.objects.update_or_create(course=course, defaults=how)
    serving.forget()
    return policy


def kept_memory(enrollment: Enrollment) -> bytes:
    return bytes(enrollment.states.get().sequence)


def go_through(course: Course, learners: int, answers: int = 5) -> None:
    """Let learners answer a few questions each."""
    for enrollment in enrolled(course, learners):
        question, rng = None, random.Random(enrollment.pk)
        for _ in range(answers):
            question = question or practice(again(enrollment))
            assert question
            question = respond(question, rng.random() < 0.6).next_question


def enrolled(course: Course, learners: int, entries: int = 0) -> list[Enrollment]:
    known = User.objects.count()
    emails = [f"learner-{known + number}@example.org" for number in range(learners)]
    people = User.objects.bulk_create(User(email=email, first_name="Ada") for email in emails)
    return Enrollment.objects.bulk_create(
        Enrollment(learner=one, course=course, last_sequence=entries) for one in people
    )


def begin_course(course: Course, learners: int, hub_goes_well: bool) -> None:
    """Let learners take one step, as drawn; what opens other modules goes well for them, or badly. Quickly written."""
    live, rng, steps, shown, log = live_tutor(course.pk), random.Random(3), [], [], []
    file_away(syllabus_for(course))
    versions = {one.question.module_id: one for one in QuestionVersion.objects.select_related("question")}
    for enrollment in enrolled(course, learners, 1 + ANSWERS):
        standing = nothing_seen(enrollment, live, syllabus_of(enrollment), teaches(live.use, enrollment))
        step = draw_step(standing)
        steps.append(step)
        is_hub = standing.syllabus.modules[step.module_id].place == PLACE
        scores = [float(rng.random() < (0.95 if is_hub == hub_goes_well else 0.2)) for _ in range(ANSWERS)]
        shown += [shown_in(step, versions[step.module_id]) for _ in scores]
        log += entries_of(step, shown[-ANSWERS:], scores)
    for model, rows in ((Recommendation, steps), (Presentation, shown), (Interaction, log)):
        model.objects.bulk_create(rows)


def shown_in(step: Recommendation, version: QuestionVersion) -> Presentation:
    place = {"enrollment": step.enrollment, "module_id": step.module_id, "variant_id": step.variant_id}
    return Presentation(question_version=version, policy="made up", **place)


def entries_of(step: Recommendation, shown: list[Presentation], scores: list[float]) -> list[Interaction]:
    place = {"enrollment": step.enrollment, "module_id": step.module_id, "variant_id": step.variant_id}
    first = step.after_sequence + 1
    answers = [
        Interaction(
            sequence=sequence,
            kind=InteractionKind.ANSWERED,
            presentation=one,
            question_version=one.question_version,
            score=score,
            seconds_spent=20.0,
            **place,
        )
        for sequence, (one, score) in enumerate(zip(shown, scores, strict=True), first + 1)
    ]
    return [Interaction(sequence=first, kind=InteractionKind.OPENED, **place), *answers]
