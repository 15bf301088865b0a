"""What trainers ask for is a hard rule: no score overrides it, and learners are told the truth about it."""

from adaptive.adapting import read_standing, standing_of
from adaptive.explaining import sentence
from adaptive.guarding import DEFAULTS, is_open
from adaptive.ordering import step_in_order
from adaptive.progress import Wish
from adaptive.reason_words import RULES
from adaptive.replaying import Verdict, replay
from adaptive.reviewing import due
from adaptive.serving import live_tutor
from adaptive.stepping import Request, open_step, override, practice
from courses.models import Enrollment, User
from tests.adaptive.acting import finish_a_module, learn, respond
from tests.adaptive.conftest import again
from tests.adaptive.steered import (
    BAN,
    DUE,
    LOCK,
    PIN,
    WAIVER,
    asked,
    cohort_with,
    in_days,
    module,
    next_for,
    offered,
    skill,
)
from tests.factories import make_module, make_skill


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


def test_a_deadline_far_down_the_course_begins_at_its_first_module(enrollment: Enrollment, grace: User) -> None:
    make_module(enrollment.course, make_skill(enrollment.course, "aside", 9), 9, questions=3)
    asked(grace, DUE, module(enrollment.course, 4), enrollment, holds_until=in_days(1))

    assert offered(next_for(enrollment)) == {"module-1"}


def test_before_a_deadline_what_leads_to_a_closed_module_comes_first(enrollment: Enrollment, grace: User) -> None:
    course = enrollment.course
    make_module(course, make_skill(course, "aside", 9), 9, questions=3)
    asked(grace, DUE, module(course, 3), enrollment, holds_until=in_days(1))
    asked(grace, WAIVER, skill(course, 1), enrollment)

    step = next_for(enrollment)

    assert offered(step) == {"module-2"}
    assert sentence(step).startswith("Your trainer wants “Module 3” done by ")
    assert sentence(step).endswith(", and this leads there.")
    assert replay(step).verdict == Verdict.SAME


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


def test_the_order_of_the_course_begins_with_a_pin_or_a_deadline_once_its_basis_is_finished(
    enrollment: Enrollment, grace: User
) -> None:
    asked(grace, PIN, module(enrollment.course, 3), enrollment)
    asked(grace, DUE, module(enrollment.course, 4), enrollment, holds_until=in_days(3), note="For Friday")

    closed = step_in_order(again(enrollment))
    asked(grace, WAIVER, skill(enrollment.course, 2), enrollment)
    pinned = step_in_order(again(enrollment))
    asked(grace, BAN, module(enrollment.course, 3), enrollment)
    asked(grace, WAIVER, skill(enrollment.course, 3), enrollment)
    wanted = step_in_order(again(enrollment))

    assert [step.module.slug for step in (closed, pinned, wanted)] == ["module-1", "module-3", "module-4"]
    assert sentence(pinned) == "Your trainer asked for this first."
    assert sentence(wanted).endswith(": “For Friday”")


def test_a_course_is_complete_without_what_was_banned_for_good(enrollment: Enrollment, grace: User) -> None:
    last = enrollment.course.modules.order_by("position").last()
    asked(grace, BAN, last, enrollment)

    learn(enrollment, lambda n: True, answers=60)

    assert again(enrollment).finished_at
    assert not enrollment.interactions.filter(module=last).exists()


def test_a_course_waits_for_what_is_banned_until_a_day(enrollment: Enrollment, grace: User) -> None:
    last = enrollment.course.modules.order_by("position").last()
    asked(grace, BAN, last, enrollment, holds_until=in_days(1))

    learn(enrollment, lambda n: True, answers=60)

    assert again(enrollment).finished_at is None
