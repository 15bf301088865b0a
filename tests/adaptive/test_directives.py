"""What trainers asked for is kept: who, for whom, until when; it costs nobody else, and choices can be made again."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from adaptive import steering
from adaptive.directing import end
from adaptive.directives import Directive
from adaptive.models import Recommendation
from adaptive.progress import Wish
from adaptive.replaying import Verdict, replay
from adaptive.stepping import Request, override
from courses.enrolling import enroll
from courses.models import Cohort, Enrollment, User
from tests.adaptive.conftest import again
from tests.adaptive.steered import (
    AIM,
    BAN,
    LOCK,
    PIN,
    WAIVER,
    asked,
    cohort_with,
    in_days,
    module,
    next_for,
    offered,
)
from tests.factories import make_course


def test_ending_a_directive_takes_it_back(wide: Enrollment, grace: User) -> None:
    ban = asked(grace, BAN, module(wide.course, 2), wide)
    assert "module-2" not in offered(next_for(wide))

    end(ban, grace)
    end(ban, grace)

    assert "module-2" in offered(next_for(wide))
    assert Directive.objects.get().ended_by == grace


def test_asking_again_replaces_the_earlier_directive_and_keeps_it_in_the_log(wide: Enrollment, grace: User) -> None:
    asked(grace, LOCK, module(wide.course, 2), wide, holds_until=in_days(9))
    asked(grace, LOCK, module(wide.course, 2), wide, holds_until=in_days(-9))

    assert "module-2" in offered(next_for(wide))
    assert Directive.objects.count() == 2
    assert Directive.objects.filter(ended_at=None).count() == 1


def test_a_cohorts_directives_are_for_its_learners_only(wide: Enrollment, grace: User, noor: User) -> None:
    other = again(enroll(noor, wide.course))
    asked(grace, BAN, module(wide.course, 2), cohort_with(grace, wide))
    asked(grace, BAN, module(wide.course, 3), wide)

    assert offered(next_for(wide)) == {"module-1", "module-4", "module-5"}
    assert len(offered(next_for(other))) == 5


def test_a_cohort_that_no_longer_takes_the_course_steers_nobody_in_it(wide: Enrollment, grace: User) -> None:
    cohort = cohort_with(grace, wide)
    asked(grace, BAN, module(wide.course, 2), cohort)
    cohort.courses.clear()

    assert "module-2" in offered(next_for(wide))


def test_a_steered_choice_is_made_again_with_the_directives_of_then(wide: Enrollment, grace: User) -> None:
    asked(grace, PIN, module(wide.course, 4), wide, note="Now")
    ban = asked(grace, BAN, module(wide.course, 2), wide, holds_until=in_days(1))
    pinned = next_for(wide)
    left = override(again(wide), Request(Wish.NOT_THIS_ONE))
    end(ban, grace)
    asked(grace, BAN, module(wide.course, 1), wide)
    latest = next_for(wide)

    steps = Recommendation.objects.select_related("enrollment__course__edition", "checkpoint")

    assert len(steps) == 3
    assert {replay(step).verdict for step in steps} == {Verdict.SAME}
    assert [row["kind"] for row in pinned.inputs["directives"]] == ["pin", "ban"]
    assert offered(left) == {"module-1", "module-3", "module-5"}
    assert offered(latest) == {"module-2", "module-3", "module-5"}


def test_a_choice_whose_directives_were_tampered_with_is_found(wide: Enrollment, grace: User) -> None:
    asked(grace, BAN, module(wide.course, 2), wide)
    step = next_for(wide)
    step.inputs["directives"][0]["about"] = module(wide.course, 3).pk

    assert replay(step).verdict == Verdict.OTHER


def test_nobody_pays_for_directives_in_a_course_without_any(
    wide: Enrollment, grace: User, django_assert_num_queries: Any
) -> None:
    elsewhere = again(enroll(grace, make_course()))
    asked(grace, BAN, module(elsewhere.course, 1), elsewhere)
    steering.steering_of(wide)

    with django_assert_num_queries(0):
        assert steering.steering_of(wide) is steering.UNSTEERED
    with django_assert_num_queries(1):
        assert len(steering.steering_of(elsewhere).directives) == 1


@pytest.mark.parametrize(
    ("sentence_broken", "wrong"),
    [
        ("a_directive_is_for_one_learner_or_one_cohort", {"cohort": None}),
        ("a_waiver_is_about_a_skill_and_others_about_a_module", {"kind": WAIVER}),
        ("a_waiver_is_about_a_skill_and_others_about_a_module", {"kind": AIM, "percent": 80}),
        ("a_waiver_is_about_a_skill_and_others_about_a_module", {"module": None}),
        ("only_an_aim_has_a_percent_from_50_to_95", {"kind": AIM, "module": None}),
        ("only_an_aim_has_a_percent_from_50_to_95", {"kind": AIM, "module": None, "percent": 49}),
        ("only_an_aim_has_a_percent_from_50_to_95", {"kind": AIM, "module": None, "percent": 96}),
        ("only_an_aim_has_a_percent_from_50_to_95", {"percent": 80}),
        ("a_lock_or_deadline_has_a_date", {"kind": LOCK}),
        ("a_directive_ends_after_it_begins", {"holds_from": in_days(2), "holds_until": in_days(1)}),
    ],
)
def test_the_database_refuses_what_makes_no_sense(
    wide: Enrollment, grace: User, sentence_broken: str, wrong: dict[str, Any]
) -> None:
    cohort = Cohort.objects.create(name="Spring")
    right = {"course": wide.course, "cohort": cohort, "kind": PIN, "module": module(wide.course, 1)}
    Directive.objects.create(**right)

    with pytest.raises(IntegrityError, match=sentence_broken), transaction.atomic():
        Directive.objects.create(**{**right, **wrong})
