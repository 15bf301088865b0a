"""What trainers ask for is a hard rule: no score overrides it, and learners are told the truth about it."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from adaptive import steering
from adaptive.adapting import read_standing, standing_of
from adaptive.directing import end
from adaptive.directives import Directive
from adaptive.explaining import RULES, sentence
from adaptive.guarding import DEFAULTS, is_open
from adaptive.models import Recommendation
from adaptive.ordering import step_in_order
from adaptive.progress import Wish
from adaptive.recommending import recommend_next
from adaptive.replaying import Verdict, replay
from adaptive.reviewing import due
from adaptive.serving import live_tutor
from adaptive.stepping import Request, open_step, override, practice
from courses.enrolling import enroll
from courses.models import Cohort, Enrollment, User
from tests.adaptive.acting import finish_a_module, respond
from tests.adaptive.conftest import again
from tests.adaptive.steered import BAN, DUE, LOCK, PIN, WAIVER, asked, cohort_with, in_days, module, skill
from tests.factories import make_course, make_module, make_skill


@pytest.fixture
def wide(ada: User) -> Enrollment:
    """A course whose five modules are all open from the start."""
    course = make_course(modules=0, slug="wide")
    for place in range(5):
        make_module(course, make_skill(course, f"skill-{place + 1}", place), place, questions=4)
    return again(Enrollment.objects.create(learner=ada, course=course))


def next_for(enrollment: Enrollment) -> Recommendation:
    return recommend_next(again(enrollment))


def offered(step: Recommendation) -> set[str]:
    """The modules that the step was chosen from."""
    modules = dict(step.enrollment.course.modules.values_list("pk", "slug"))
    return {modules[offer["module"]] for offer in step.candidates}


def test_a_banned_module_is_not_among_the_candidates(wide: Enrollment, grace: User) -> None:
    asked(grace, BAN, module(wide.course, 2), wide)

    assert offered(next_for(wide)) == {"module-1", "module-3", "module-4", "module-5"}


def test_a_lock_keeps_a_module_closed_until_its_day_and_not_longer(wide: Enrollment, grace: User) -> None:
    asked(grace, LOCK, module(wide.course, 2), wide, holds_until=in_days(1))
    asked(grace, LOCK, module(wide.course, 3), wide, holds_until=in_days(-1))

    assert offered(next_for(wide)) == {"module-1", "module-3", "module-4", "module-5"}


def test_a_ban_holds_only_between_its_days(wide: Enrollment, grace: User) -> None:
    asked(grace, BAN, module(wide.course, 1), wide, holds_from=in_days(1))
    asked(grace, BAN, module(wide.course, 2), wide, holds_until=in_days(-1))
    asked(grace, BAN, module(wide.course, 3), wide, holds_from=in_days(-1), holds_until=in_days(1))

    assert offered(next_for(wide)) == {"module-1", "module-2", "module-4", "module-5"}


def test_a_pin_comes_first_and_says_so_with_the_trainers_note(wide: Enrollment, grace: User) -> None:
    asked(grace, PIN, module(wide.course, 4), wide, note="You need it on Monday")

    step = next_for(wide)

    assert offered(step) == {"module-4"}
    assert sentence(step) == "Your trainer asked for this first: “You need it on Monday”"


def test_a_pinned_module_that_is_closed_waits_for_its_prerequisites(enrollment: Enrollment, grace: User) -> None:
    asked(grace, PIN, module(enrollment.course, 2), enrollment)

    before = next_for(enrollment)
    finish_a_module(enrollment)

    assert offered(before) == {"module-1"}
    assert sentence(before) == RULES["only"]
    assert offered(next_for(enrollment)) == {"module-2"}
    assert sentence(next_for(enrollment)) == "Your trainer asked for this first."


def test_a_waived_skill_counts_as_known_where_something_builds_on_it(enrollment: Enrollment, grace: User) -> None:
    asked(grace, PIN, module(enrollment.course, 3), enrollment)
    asked(grace, WAIVER, skill(enrollment.course, 2), enrollment)

    assert offered(next_for(enrollment)) == {"module-3"}


def test_a_waiver_says_nothing_about_what_is_believed(enrollment: Enrollment, grace: User) -> None:
    asked(grace, WAIVER, skill(enrollment.course, 1), enrollment)
    standing = standing_of(again(enrollment), live_tutor(enrollment.course_id))

    assert is_open(standing, standing.syllabus.modules[module(enrollment.course, 2).pk])
    assert not any(belief.is_known for belief in standing.beliefs(list(standing.syllabus.skills)).values())
    assert offered(next_for(enrollment)) == {"module-1", "module-2"}


def test_a_deadline_counts_once_it_is_near_and_the_earliest_first(wide: Enrollment, grace: User) -> None:
    asked(grace, DUE, module(wide.course, 5), wide, holds_until=in_days(40))
    far = next_for(wide)
    asked(grace, DUE, module(wide.course, 4), wide, holds_until=in_days(5))
    asked(grace, DUE, module(wide.course, 3), wide, holds_until=in_days(2), note="Before the workshop")

    near = next_for(wide)

    assert len(offered(far)) == 5
    assert offered(near) == {"module-3"}
    assert sentence(near).startswith("Your trainer wants this done by ")
    assert sentence(near).endswith(": “Before the workshop”")


def test_a_missed_deadline_still_comes_first(wide: Enrollment, grace: User) -> None:
    asked(grace, DUE, module(wide.course, 3), wide, holds_until=in_days(-2))

    assert offered(next_for(wide)) == {"module-3"}


def test_what_was_asked_for_first_is_not_offered_for_learning_once_it_is_done(wide: Enrollment, grace: User) -> None:
    asked(grace, PIN, module(wide.course, 4), wide)
    asked(grace, DUE, module(wide.course, 4), wide, holds_until=in_days(1))

    finish_a_module(wide)

    assert "module-4" not in offered(next_for(wide))


def test_a_ban_goes_before_a_pin_and_before_a_deadline(wide: Enrollment, grace: User) -> None:
    asked(grace, PIN, module(wide.course, 4), wide)
    asked(grace, DUE, module(wide.course, 4), wide, holds_until=in_days(1))
    asked(grace, BAN, module(wide.course, 4), cohort_with(grace, wide))

    assert offered(next_for(wide)) == {"module-1", "module-2", "module-3", "module-5"}


def test_a_ban_goes_before_what_the_learner_asks_for(wide: Enrollment, grace: User) -> None:
    banned = module(wide.course, 4)
    asked(grace, BAN, banned, wide)

    for wish in (Wish.THIS_ONE, Wish.ANOTHER_WAY, Wish.TOO_EASY, Wish.TOO_HARD, Wish.REVIEW):
        step = override(again(wide), Request(wish, banned))
        assert "module-4" not in offered(step)
        assert step.reasons[0].get("rule") != wish


def test_what_the_learner_asks_for_goes_before_a_pin(wide: Enrollment, grace: User) -> None:
    asked(grace, PIN, module(wide.course, 4), wide)

    chosen = override(again(wide), Request(Wish.THIS_ONE, module(wide.course, 2)))
    pinned = override(again(wide), Request(Wish.NOT_THIS_ONE, module(wide.course, 2)))
    refused = override(again(wide), Request(Wish.NOT_THIS_ONE, module(wide.course, 4)))

    assert [offered(chosen), offered(pinned)] == [{"module-2"}, {"module-4"}]
    assert not offered(refused) & {"module-2", "module-4"}


def test_a_ban_withdraws_a_step_on_offer_and_one_that_has_begun(wide: Enrollment, grace: User) -> None:
    asked(grace, PIN, module(wide.course, 2), wide)
    opened = open_step(again(wide))
    assert opened.module == module(wide.course, 2)

    asked(grace, BAN, opened.module, wide)

    assert "module-2" not in offered(next_for(wide))


def test_a_visit_ends_with_the_answer_after_a_ban(wide: Enrollment, grace: User) -> None:
    question = practice(again(wide))
    assert question
    asked(grace, BAN, question.module, wide)

    outcome = respond(question, right=True)

    assert outcome.next_question is None
    assert outcome.next_step
    assert outcome.next_step.module != question.module


def test_a_pin_waits_until_a_step_that_has_begun_is_done(wide: Enrollment, grace: User) -> None:
    untouched = next_for(wide)
    others = [place for place in (1, 2, 3) if f"module-{place}" != untouched.module.slug]
    asked(grace, PIN, module(wide.course, others[0]), wide)
    opened = open_step(again(wide))
    asked(grace, PIN, module(wide.course, others[1]), wide)

    assert opened.module == module(wide.course, others[0])
    assert next_for(wide) == opened


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


def test_what_is_left_of_the_open_steps_is_said_to_be_left(wide: Enrollment, grace: User) -> None:
    for place in (1, 2, 3, 4):
        asked(grace, BAN, module(wide.course, place), wide)

    step = next_for(wide)

    assert offered(step) == {"module-5"}
    assert sentence(step) == "Your trainer has put the other modules aside for now."


def test_without_anything_open_the_default_path_is_offered_and_flagged(enrollment: Enrollment, grace: User) -> None:
    asked(grace, LOCK, module(enrollment.course, 1), enrollment, holds_until=in_days(3))

    step = next_for(enrollment)

    assert offered(step) == {"module-2"}
    assert step.reasons == [{"rule": "left_in_order"}]
    assert step.reasons[0]["rule"] in DEFAULTS


def test_when_everything_is_put_aside_the_course_goes_on_as_usual_and_says_so(wide: Enrollment, grace: User) -> None:
    for place in range(1, 6):
        asked(grace, BAN, module(wide.course, place), wide)

    step = next_for(wide)

    assert len(offered(step)) == 5
    assert sentence(step) == "Your trainer has put every module aside for now, so we go on as usual."
    assert next_for(wide) == step
    finish_a_module(wide)
    assert next_for(wide).reasons == [{"rule": "all_aside"}]


def test_when_only_what_is_done_is_left_it_is_reviewed(wide: Enrollment, grace: User) -> None:
    done = finish_a_module(wide)[-1].answer.module
    for one in wide.course.modules.exclude(pk=done.pk):
        asked(grace, BAN, one, wide)

    step = next_for(wide)

    assert (step.module, step.purpose) == (done, "review")
    assert step.reasons == [{"rule": "left_to_review"}]


def test_a_banned_module_is_not_due_for_review_either(wide: Enrollment, grace: User) -> None:
    done = finish_a_module(wide)[-1].answer.module
    standing = read_standing(again(wide), live_tutor(wide.course_id))
    assert [one.module.id for one in due(standing, in_days(30))] == [done.pk]

    asked(grace, BAN, done, wide)

    assert due(read_standing(again(wide), live_tutor(wide.course_id)), in_days(30)) == []


def test_the_order_of_the_course_leaves_out_what_was_put_aside(wide: Enrollment, grace: User) -> None:
    asked(grace, BAN, module(wide.course, 1), wide)

    assert step_in_order(again(wide)).module == module(wide.course, 2)


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
