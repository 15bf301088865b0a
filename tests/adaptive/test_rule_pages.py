"""Where rules are written: who may, what is refused, what a dry run says, and what the log tells whom."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from adaptive.models import Recommendation
from adaptive.rehearsing import rehearse
from adaptive.rule_conditions import When
from adaptive.rule_forms import ConditionForm
from adaptive.rulemaking import heir_of, remove
from adaptive.rules import Effect, Firing, Rule, Then
from adaptive.watching import watch_absences
from analytics.erasing import erase
from analytics.summarizing import drain
from courses.models import Cohort, Enrollment, User
from tests.adaptive.acting import finish_a_module, learn
from tests.adaptive.ruled import fired, ruled, written
from tests.adaptive.steered import cohort_with, in_days, module, next_for
from tests.adaptive.test_steering_pages import said


@pytest.fixture
def cohort(wide: Enrollment, grace: User) -> Cohort:
    return cohort_with(grace, wide)


@pytest.fixture
def trainer(client: Client, grace: User) -> Client:
    client.force_login(grace)
    return client


def address(cohort: Cohort, rule: Rule | None = None) -> str:
    own = [cohort.pk, cohort.courses.get().slug]
    return reverse("adaptive:cohort_rule", args=[*own, rule.pk]) if rule else reverse("adaptive:cohort_rules", args=own)


def sent(**words: Any) -> dict[str, str]:
    """What a form sends, with one condition."""
    blanks = {f"1-{name}" if name in ConditionForm.base_fields else name: word for name, word in words.items()}
    return {name: str(getattr(word, "pk", word)) for name, word in blanks.items()}


def test_a_trainer_writes_tries_switches_on_rewrites_and_removes(
    trainer: Client, cohort: Cohort, wide: Enrollment
) -> None:
    finish_a_module(wide)
    done = wide.interactions.filter(kind="finished").get().module
    target = wide.course.modules.exclude(pk=done.pk).first()

    added = trainer.post(address(cohort), sent(when="completed", module=done, then="insert", target=target, days="x"))
    rule = Rule.objects.get()
    tried = trainer.get(address(cohort, rule)).content.decode()

    assert added.headers["Location"] == address(cohort, rule)
    assert (rule.cohort, rule.is_on, rule.conditions.get().days) == (cohort, False, None)
    assert f"When a learner of Spring has completed “{done}”, offer “{target}” next." in tried
    assert "It would have fired 1 time,\n                    for 1 of 1 learner." in tried
    assert f"“{target}” (" in tried
    assert fired(wide) == []

    trainer.post(address(cohort, rule), {"deed": "on"})
    assert Rule.objects.get().is_on
    learn(wide, lambda n: True, answers=1)
    log = trainer.get(address(cohort)).content.decode()
    assert "Ada Learner" in log
    assert "1 visit, " in log

    anew = trainer.post(address(cohort, rule), sent(deed="rewrite", when="begun", then="notify"))
    second = Rule.objects.standing().get()
    assert anew.headers["Location"] == address(cohort, second)
    assert (second.sentence, second.is_on) == (
        "When a learner of Spring has begun the course, notify the trainer.",
        False,
    )
    assert "1 visit, " in trainer.get(address(cohort, rule)).content.decode()
    assert trainer.post(address(cohort, second), {"deed": "remove"}).headers["Location"] == address(cohort)
    assert not Rule.objects.standing().exists()
    assert trainer.post(address(cohort, second), {"deed": "on"}).status_code == 409
    assert not Rule.objects.live().exists()


def test_who_rewrites_a_rule_that_somebody_rewrote_keeps_their_words_and_is_told(
    client: Client, trainer: Client, cohort: Cohort, grace: User, noor: User
) -> None:
    rule = ruled(grace, cohort, When.BEGUN, Then.NOTIFY)
    cohort.trainers.add(noor)
    User.objects.filter(pk=noor.pk).update(is_trainer=True)
    trainer.post(address(cohort, rule), sent(deed="rewrite", when="inactive", days=3, then="notify"))
    made = Rule.objects.standing().get()
    client.force_login(noor)

    mine = sent(deed="rewrite", when="inactive", days=9, then="notify", note="Mine")
    late = client.post(address(cohort, rule), mine)
    page = late.content.decode()
    grown = client.post(address(cohort, rule), mine | {"row": "add"}, headers={"HX-Request": "true"})

    assert late.status_code == 409
    assert "Nothing was changed" in page
    assert "Grace wrote this rule anew meanwhile, on " in page
    assert f'<a href="{address(cohort, made)}">{made.sentence}</a>' in page
    assert re.search(r'name="1-days" value="9"', page)
    assert 'value="Mine"' in page
    assert f'action="{address(cohort)}"' in page
    assert f'formaction="{address(cohort, made)}"' in page
    assert list(Rule.objects.standing()) == [made]
    assert 'name="2-when"' in grown.content.decode()
    assert f'action="{address(cohort)}"' in grown.content.decode()
    assert re.search(r'name="1-days" value="9"', grown.content.decode())


def test_what_came_too_late_becomes_a_rule_of_its_own_or_takes_the_place_of_the_new_one(
    trainer: Client, cohort: Cohort, grace: User
) -> None:
    rule = ruled(grace, cohort, When.BEGUN, Then.NOTIFY)
    trainer.post(address(cohort, rule), sent(deed="rewrite", when="inactive", days=3, then="notify"))
    made = Rule.objects.standing().get()
    mine = sent(when="inactive", days=9, then="notify")

    trainer.post(address(cohort), mine)
    trainer.post(address(cohort, made), mine | {"deed": "rewrite"})

    assert [one.conditions.get().days for one in Rule.objects.standing()] == [9, 9]
    assert heir_of(rule) == Rule.objects.standing().get(replaces=made)
    assert f'href="{address(cohort, heir_of(rule))}"' in trainer.get(address(cohort, rule)).content.decode()


@pytest.mark.parametrize("deed", ["on", "off", "remove", "rewrite"])
def test_whatever_is_asked_of_a_removed_rule_is_refused_aloud(
    trainer: Client, cohort: Cohort, grace: User, deed: str
) -> None:
    rule = ruled(grace, cohort, When.BEGUN, Then.NOTIFY)
    remove(rule, grace)

    late = trainer.post(address(cohort, rule), sent(deed=deed, when="inactive", days=9, then="notify"))

    page = late.content.decode()
    assert late.status_code == 409
    assert "Grace removed this rule meanwhile, on " in page
    assert ('name="1-days" value="9"' in page) == (deed == "rewrite")
    assert "formaction" not in page
    assert not Rule.objects.standing().exists()


def test_a_sentence_that_is_not_complete_is_refused(trainer: Client, cohort: Cohort, subtests: pytest.Subtests) -> None:
    first = module(cohort.courses.get(), 1)
    refused: list[tuple[dict[str, Any], str]] = [
        ({"when": "completed", "then": "notify"}, "Choose the module that this is about."),
        ({"when": "below", "module": first, "percent": 0, "then": "notify"}, "greater than or equal to 1"),
        ({"when": "unmastered", "answers": 3, "then": "notify"}, "Choose the skill that this is about."),
        ({"when": "inactive", "days": "", "then": "notify"}, "Say how many days: from 1 to 365."),
        ({"when": "begun", "then": "assign", "target": first}, "Say for how many days: from 1 to 365."),
        ({"when": "begun", "then": "way", "lasting": 7}, "Choose the way of teaching."),
        ({"when": "begun", "then": "skip", "target": "999999"}, "Select a valid choice."),
        ({"when": "completed", "module": first, "then": "insert", "target": first}, "this one is completed already"),
        ({"when": "never", "then": "notify"}, "Select a valid choice."),
    ]
    for words, problem in refused:
        with subtests.test(problem):
            response = trainer.post(address(cohort), sent(**words))

            assert response.status_code == 422
            assert problem in response.content.decode()
    assert not Rule.objects.exists()


def test_rules_of_somebody_else_do_not_exist(
    client: Client, cohort: Cohort, ada: User, noor: User, grace: User
) -> None:
    rule = written(grace, cohort, When.BEGUN, Then.NOTIFY)
    of_course = written(noor, cohort.courses.get(), When.BEGUN, Then.NOTIFY)
    User.objects.filter(pk=noor.pk).update(is_trainer=True)
    author = reverse("adaptive:course_rules", args=[cohort.courses.get().slug])

    for person, closed in ((ada, (address(cohort), author)), (noor, (address(cohort),)), (grace, (author,))):
        client.force_login(person)
        assert {client.get(page).status_code for page in (*closed, address(cohort, of_course))} == {404}
        assert {client.post(page, {"deed": "on"}).status_code for page in closed} == {404}
    client.force_login(noor)
    assert client.post(address(cohort, rule), {"deed": "remove"}).status_code == 404
    assert client.get(author).status_code == 200
    assert not Rule.objects.live().exists()


def test_authors_see_what_their_rules_do_and_not_to_whom(
    client: Client, cohort: Cohort, noor: User, grace: User, wide: Enrollment
) -> None:
    rule = ruled(noor, wide.course, When.BEGUN, Then.NOTIFY)
    ruled(grace, cohort, When.BEGUN, Then.SKIP, target=module(wide.course, 2))
    next_for(wide)
    pages = [
        reverse("adaptive:course_rules", args=[wide.course.slug]),
        reverse("adaptive:course_rule", args=[wide.course.slug, rule.pk]) + "?try",
    ]

    client.force_login(noor)
    authors = [client.get(page).content.decode() for page in pages]
    client.force_login(grace)
    trainers = client.get(address(cohort)).content.decode()

    for page in authors:
        assert "trainer notified" in page
        assert "Ada" not in page
        assert "skip" not in page.split('id="log"')[1]
    assert "skip “Module 2”" in trainers
    assert "(of the course)" in trainers
    assert "Ada Learner" in trainers


def test_a_notice_stands_with_who_needs_the_trainer_until_it_is_seen(
    trainer: Client, cohort: Cohort, grace: User, wide: Enrollment, noor: User
) -> None:
    other = cohort_with(noor, wide)
    ruled(grace, cohort, When.INACTIVE, Then.NOTIFY, days=2, note="Call them")
    ruled(noor, other, When.BEGUN, Then.NOTIFY, note="Not yours")
    learn(wide, lambda n: True, answers=1)
    drain()
    watch_absences(in_days(3))
    Enrollment.objects.filter(pk=wide.pk).update(finished_at=in_days(0))
    page = reverse("analytics:cohort", args=[cohort.pk])
    firing = Firing.objects.get(rule__cohort=cohort)

    shown = trainer.get(page).content.decode()
    assert "1 learner needs you today" in shown
    assert "Has been inactive for 2 days: last here on " in shown
    assert "Call them" in shown
    assert "Not yours" not in shown
    assert "Call them" in b"".join(trainer.get(page, {"format": "csv"})).decode()
    logged = b"".join(trainer.get(page, {"format": "csv", "table": "rules"})).decode()
    assert "has been inactive for 2 days, notify the trainer." in logged
    assert "Not yours" not in logged

    see = reverse("adaptive:see_notice", args=[cohort.pk, wide.course.slug, firing.pk])
    foreign = reverse("adaptive:see_notice", args=[cohort.pk, wide.course.slug, firing.pk - 1])
    assert trainer.post(foreign).status_code == 404
    assert "Put away: the notice about Ada Learner" in said(trainer.post(see))
    assert "0 learners need you today" in trainer.get(page).content.decode()
    assert "(seen by Grace)" in trainer.get(address(cohort)).content.decode()


def test_a_dry_run_of_a_past_with_rules_finds_what_they_really_did(wide: Enrollment, grace: User) -> None:
    whens = [(When.BEGUN, {})]
    for one in wide.course.modules.all():  # whichever are drawn
        whens.append((When.COMPLETED, {"module": one}))
        whens.append((When.BELOW, {"module": one, "percent": 90}))
    for one in wide.course.skills.all():
        whens.append((When.MASTERED, {"skill": one}))
        whens.append((When.UNMASTERED, {"skill": one, "answers": 2}))
    rules = [ruled(grace, wide.course, when, Then.NOTIFY, **more) for when, more in whens]
    learn(wide, lambda n: n % 4 > 0, answers=14)

    foreseen = [
        (rule.pk, case.occasion.occasion, case.occasion.facts) for rule in rules for case in rehearse(rule).cases
    ]

    really = Firing.objects.values_list("rule", "occasion", "facts")
    assert sorted(foreseen, key=str) == sorted(really, key=str)
    assert len(foreseen) >= 3


def test_a_dry_run_tells_absences_and_what_would_have_been_offered(wide: Enrollment, noor: User) -> None:
    learn(wide, lambda n: True, answers=2)
    step = Recommendation.objects.latest("made_at")
    other = wide.course.modules.exclude(pk=step.module_id).last()
    away = written(noor, wide.course, When.INACTIVE, Then.INSERT, days=3, target=other)
    Enrollment.objects.filter(pk=wide.pk).update(finished_at=in_days(10))

    [case] = rehearse(away).cases

    assert case.occasion.facts["1"]["days"] == 3
    assert case.effect == Effect.FOLLOWED
    assert case.change.startswith(f"“{other}” (")
    assert case.change.endswith(")")
    assert f" instead of “{step.module}” (" in case.change


def test_who_is_erased_is_gone_from_the_log_and_a_trainer_who_wrote_rules_leaves_them(
    cohort: Cohort, wide: Enrollment, ada: User, grace: User
) -> None:
    ruled(grace, cohort, When.BEGUN, Then.SKIP, target=module(wide.course, 2))
    next_for(wide)
    assert Firing.objects.exists()

    erase(ada)
    erase(grace)

    assert not Firing.objects.exists()
    assert Rule.objects.get().made_by is None
