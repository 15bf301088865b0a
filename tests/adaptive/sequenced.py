"""Courses that the recurrent policy teaches."""

from adaptive import serving
from adaptive.models import CoursePolicy
from adaptive.policies import PolicyStage
from adaptive.sequencing import shipped
from courses.models import Course, Enrollment
from tests.factories import make_course, make_module, make_skill

HUB = 3  # place of the module that everything after it builds on


def make_fan(modules: int = 8) -> Course:
    """Modules that stand alone, then one that opens all after it."""
    course, hub = make_course(modules=0, slug="fan"), None
    for place in range(modules):
        skill = make_skill(course, f"skill-{place}", place, hub)
        make_module(course, skill, place, questions=4)
        hub = skill if place == HUB else hub
    return course


def let_teach(course: Course, share: float = 1.0, round: int = 1) -> CoursePolicy:
    """Let the recurrent policy teach a share of the learners, from now on."""
    live = shipped()
    assert live
    stage = PolicyStage.EVERYBODY if share == 1.0 else PolicyStage.TRIAL
    how = {"stage": stage, "share": share, "sequencer": live.sha256, "round": round}
    policy, _ = CoursePolicy.objects.update_or_create(course=course, defaults=how)
    serving.forget()
    return policy


def kept_memory(enrollment: Enrollment) -> bytes:
    return bytes(enrollment.states.get().sequence)
