"""Which word counts: trainers go before rules, newer rules before older ones, and nobody is left with nothing."""

from adaptive.directives import Directive
from adaptive.explaining import sentence
from adaptive.rule_conditions import When
from adaptive.rules import Effect, Then
from adaptive.stepping import practice
from courses.models import Enrollment, User
from tests.adaptive.acting import finish_a_module, learn, respond
from tests.adaptive.conftest import again
from tests.adaptive.ruled import fired, ruled
from tests.adaptive.steered import BAN, LOCK, PIN, asked, in_days, module, next_for, offered

FOLLOWED = Effect.FOLLOWED


def test_trainers_go_before_rules(wide: Enrollment, grace: User, noor: User) -> None:
    asked(grace, BAN, module(wide.course, 1), wide)
    asked(grace, PIN, module(wide.course, 2), wide)
    ruled(noor, wide.course, When.BEGUN, Then.INSERT, target=module(wide.course, 1))
    ruled(noor, wide.course, When.BEGUN, Then.SKIP, target=module(wide.course, 2))

    step = next_for(wide)

    assert offered(step) == {"module-2"}
    assert {effect for _, effect in fired(wide)} == {Effect.OVERRULED}


def test_a_trainer_goes_before_what_a_rule_asked_for_earlier(wide: Enrollment, grace: User, noor: User) -> None:
    ruled(noor, wide.course, When.BEGUN, Then.SKIP, target=module(wide.course, 2))
    ruled(noor, wide.course, When.BEGUN, Then.INSERT, target=module(wide.course, 3))
    assert offered(next_for(wide)) == {"module-3"}

    asked(grace, LOCK, module(wide.course, 3), wide, holds_until=in_days(3))
    asked(grace, PIN, module(wide.course, 2), wide)

    step = next_for(wide)
    assert offered(step) == {"module-2"}
    assert sentence(step) == "Your trainer asked for this first."


def test_the_newest_rule_goes_first_and_the_log_says_so(wide: Enrollment, noor: User) -> None:
    about = module(wide.course, 2)
    first = ruled(noor, wide.course, When.BEGUN, Then.INSERT, target=about)
    assert offered(next_for(wide)) == {"module-2"}
    ruled(noor, wide.course, When.COMPLETED, Then.INSERT, module=about, target=module(wide.course, 4))
    ruled(noor, wide.course, When.BEGUN, Then.SKIP, target=about)
    ruled(noor, wide.course, When.BEGUN, Then.SKIP, target=module(wide.course, 5))
    respond(practice(again(wide)), right=True)

    assert not offered(next_for(wide)) & {"module-2", "module-5"}
    assert first.firings.get().given_up_because == Effect.NEWER


def test_an_older_rule_does_not_undo_what_a_newer_one_did(wide: Enrollment, noor: User) -> None:
    ruled(noor, wide.course, When.BEGUN, Then.INSERT, target=module(wide.course, 2))
    ruled(noor, wide.course, When.BEGUN, Then.SKIP, target=module(wide.course, 2))

    assert "module-2" not in offered(next_for(wide))
    assert fired(wide) == [(Then.SKIP, FOLLOWED), (Then.INSERT, Effect.NEWER)]


def test_a_rule_that_would_leave_nothing_to_learn_is_not_followed(enrollment: Enrollment, noor: User) -> None:
    ruled(noor, enrollment.course, When.BEGUN, Then.SKIP, target=module(enrollment.course, 1))

    step = next_for(enrollment)

    assert offered(step) == {"module-1"}
    assert fired(enrollment) == [(Then.SKIP, Effect.NOTHING_LEFT)]


def test_what_leaves_nothing_later_is_given_up_then(enrollment: Enrollment, noor: User) -> None:
    rule = ruled(noor, enrollment.course, When.BEGUN, Then.SKIP, target=module(enrollment.course, 2))
    assert fired(enrollment) == []

    outcome = finish_a_module(enrollment)[-1]

    assert outcome.next_step.module == module(enrollment.course, 2)
    assert rule.firings.get().given_up_because == Effect.NOTHING_LEFT


def test_a_course_is_complete_without_what_a_rule_skips(enrollment: Enrollment, noor: User) -> None:
    last = module(enrollment.course, 4)
    ruled(noor, enrollment.course, When.COMPLETED, Then.SKIP, module=module(enrollment.course, 2), target=last)

    learn(enrollment, lambda n: True, answers=60)

    assert again(enrollment).finished_at
    assert not enrollment.interactions.filter(module=last).exists()


def test_what_is_done_already_or_not_published_is_not_asked_for(wide: Enrollment, noor: User) -> None:
    done = finish_a_module(wide)[-1].answer.module
    hidden = wide.course.modules.exclude(pk=done.pk).first()
    ruled(noor, wide.course, When.BEGUN, Then.INSERT, target=done)
    ruled(noor, wide.course, When.BEGUN, Then.INSERT, target=hidden)
    hidden.live = False
    hidden.save()

    respond(practice(again(wide)), right=True)

    assert sorted(fired(wide)) == [(Then.INSERT, Effect.DONE), (Then.INSERT, Effect.GONE)]
    assert not Directive.objects.exists()
