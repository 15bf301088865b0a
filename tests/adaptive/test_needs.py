"""Who needs a lesson otherwise is never offered one that is not so; who is left without a lesson gets the questions."""

import pytest
from django.test import Client
from django.urls import reverse

from adaptive.explaining import sentence
from adaptive.models import Recommendation
from adaptive.ordering import step_in_order
from adaptive.replaying import Verdict, replay
from adaptive.stepping import open_step, practice
from adaptive.syllabus import read_syllabus
from courses.authoring.problems import problems_of_variant
from courses.enrolling import enroll
from courses.models import Course, Enrollment, Need, Question, User, Variant
from tests.adaptive.acting import learn, respond
from tests.adaptive.conftest import again
from tests.adaptive.steered import cohort_with, module, next_for

FILM = "https://films.example.org/loops.mp4"


def needing(enrollment: Enrollment, *needs: Need) -> Enrollment:
    User.objects.filter(pk=enrollment.learner_id).update(needs=list(needs))
    return again(enrollment)


def film(course: Course, number: int, **more: str) -> Variant:
    lesson = module(course, number).variants.create(modality="video", difficulty=3, media_url=FILM, body="")
    Variant.objects.filter(pk=lesson.pk).update(**more)
    return lesson


def lessons(step: Recommendation) -> set[int | None]:
    return {offer["variant"] for offer in step.candidates}


def test_what_a_lesson_asks_of_eyes_and_ears_follows_from_its_content(course: Course) -> None:
    wanted = {
        film(course, 1).pk: {"captions", "silent", "unseen"},
        film(course, 2, captions="loops.vtt").pk: {"silent", "unseen"},
        film(course, 3, body="Said: hello.").pk: {"silent"},
        film(course, 4, media_url="https://sounds.example.org/loops.mp3").pk: {"captions", "silent"},
    }
    text = module(course, 1).variants.filter(modality="text").first()
    Variant.objects.filter(pk=text.pk).update(body="Look: ![](drawing.svg) and ![words](other.svg)")
    Question.objects.filter(module=module(course, 1), slug="question-0").update(prompt="![ ](graph.svg)")

    syllabus = read_syllabus(course)

    unmet = {variant.id: set(variant.unmet) for one in syllabus.modules.values() for variant in one.variants}
    assert {pk: needs for pk, needs in unmet.items() if needs} == wanted | {text.pk: {"unseen"}}
    asked = syllabus.modules[module(course, 1).pk]
    assert [bool(question.unmet) for question in asked.questions] == [True, False, False, False, False, False]
    assert len(asked.suited_to(frozenset({"unseen"})).questions) == 5


def test_who_needs_captions_is_never_offered_sound_alone_and_reads_why(
    enrollment: Enrollment, client: Client, ada: User, grace: User
) -> None:
    bare = film(enrollment.course, 1)
    assert bare.pk in lessons(next_for(enroll(grace, enrollment.course)))

    step = open_step(needing(enrollment, Need.CAPTIONS))

    assert step.candidates
    assert bare.pk not in lessons(step)
    assert sentence(step).endswith("You need captions or a transcript, so lessons with sound alone were left out.")
    assert replay(step).verdict == Verdict.SAME
    client.force_login(ada)
    why = client.get(reverse("adaptive:why", args=[step.pk])).content.decode()
    assert "You need captions or a transcript" in why
    learn(enrollment, lambda n: n % 2 > 0, answers=12)
    offers = Recommendation.objects.filter(enrollment=enrollment, made_at__gte=step.made_at)
    assert not any(bare.pk in lessons(offer) for offer in offers)


def test_a_need_that_left_nothing_out_is_not_named(enrollment: Enrollment) -> None:
    film(enrollment.course, 1, body="Said: hello.")

    assert "You need" not in sentence(next_for(needing(enrollment, Need.CAPTIONS)))


def test_a_lesson_on_offer_is_withdrawn_when_its_learner_says_what_they_need(
    enrollment: Enrollment, client: Client, ada: User
) -> None:
    first = module(enrollment.course, 1)
    first.variants.all().delete()
    film(enrollment.course, 1)
    first.variants.create(modality="text", difficulty=4, body="In words.")
    Variant.objects.filter(modality="text", module=first).update(live=False)
    enrollment.course.start_new_edition()
    begun = open_step(again(enrollment))
    Variant.objects.filter(modality="text", module=first).update(live=True)
    enrollment.course.start_new_edition()
    client.force_login(ada)

    saved = client.post(reverse("courses:me"), {"first_name": "Ada", "needs": ["captions", "silent"]})

    assert (saved.status_code, begun.variant.modality) == (302, "video")
    assert next_for(enrollment).variant.modality == "text"
    assert client.post(reverse("courses:me"), {"first_name": "Ada", "needs": ["quiet"]}).status_code == 422
    assert User.objects.get(pk=ada.pk).needs == ["captions", "silent"]


def test_where_no_lesson_suits_the_questions_come_alone_after_everything_else_and_the_trainer_sees_it(
    wide: Enrollment, grace: User, client: Client
) -> None:
    for number in (1, 2):
        module(wide.course, number).variants.all().delete()
        film(wide.course, number)
    learner = needing(wide, Need.CAPTIONS)
    cohort = cohort_with(grace, wide)

    seen = {offer["module"] for offer in next_for(learner).candidates}
    for _ in range(40):
        step = next_for(learner)
        if step.reasons[0].get("rule") == "unsuited":
            break
        respond(practice(again(wide)), right=True)
    question = practice(again(wide))
    outcome = respond(question, right=True)

    assert module(wide.course, 1).pk not in seen
    assert (step.variant, step.reasons) == (None, [{"rule": "unsuited"}])
    assert sentence(step).startswith("None of its lessons meets what you asked for in your settings")
    assert outcome.next_question or outcome.finished
    learn(wide, lambda n: True, answers=30)
    assert again(wide).finished_at
    client.force_login(grace)
    for page in (
        reverse("adaptive:steer_learner", args=[cohort.pk, wide.pk]),
        reverse("adaptive:steer_cohort", args=[cohort.pk, wide.course.slug]),
    ):
        shown = client.get(page).content.decode()
        assert "Module 1, Module 2." in shown
        assert "Captions or a transcript wherever there is sound" in shown


def test_the_order_of_the_course_leaves_out_what_does_not_suit(enrollment: Enrollment) -> None:
    first = module(enrollment.course, 1)
    first.variants.exclude(modality="worked-example").delete()
    first.variants.create(modality="video", difficulty=1, media_url=FILM)

    assert step_in_order(again(enrollment)).variant.modality == "video"
    assert step_in_order(needing(enrollment, Need.SILENT)).variant.modality == "worked-example"


@pytest.mark.parametrize(("body", "problems"), [("", 2), ("Said: hello.", 0)])
def test_an_author_is_told_whom_a_film_leaves_out(course: Course, body: str, problems: int) -> None:
    found = problems_of_variant(Variant.objects.get(pk=film(course, 1, body=body).pk))

    assert len([one for one in found if one.text.startswith("Never offered to who")]) == problems
