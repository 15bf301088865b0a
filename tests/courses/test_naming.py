"""Names stand in one line, however they come in; those from before are shown as they are."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from courses.formats.loading import load_folder
from courses.forms import NameForm
from courses.models import Cohort, Course, Module, Skill, User, Variant
from courses.naming import in_a_line

BROKEN = "Ada\r\n Bcc:\x00x\u2028\t\x85 \u202eevil\x1b"
WHOLE = "Ada Bcc: x evil"
PASSWORDS = {"password1": "staple battery correct", "password2": "staple battery correct"}


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (BROKEN, WHOLE),
        ("\n\x07", ""),
        ("Zoë 李 علی\u200cرضا 👩\u200d🔬", "Zoë 李 علی\u200cرضا 👩\u200d🔬"),  # joiners belong to words
        ("Prix :\u00a05\u00a0€", "Prix :\u00a05\u00a0€"),
    ],
)
def test_what_is_no_character_of_a_name_goes_and_the_rest_stays(words: str, name: str) -> None:
    assert in_a_line(words) == name
    assert in_a_line(name) == name


def test_whoever_signs_up_or_changes_their_name_has_it_in_one_line(db: None, client: Client) -> None:
    names = {"first_name": BROKEN, "last_name": BROKEN}
    client.post("/accounts/signup/", {"email": "ursula@example.org"} | names | PASSWORDS)
    ursula = User.objects.get()
    signed_up = (ursula.first_name, ursula.last_name)

    client.force_login(ursula)
    client.post(reverse("courses:me"), {"first_name": f"{BROKEN}2", "last_name": ""})

    ursula.refresh_from_db()
    assert (signed_up, ursula.name) == ((WHOLE, WHOLE), f"{WHOLE} 2")


def test_a_name_of_nothing_to_be_read_is_none(db: None) -> None:
    assert set(NameForm({"first_name": "\x07\u2028", "last_name": "\n"}).errors) == {"first_name"}


def test_admins_name_people_and_cohorts_in_one_line(client: Client, root: User, ada: User) -> None:
    client.force_login(root)
    blank = {"Cohort_learners-TOTAL_FORMS": "0", "Cohort_learners-INITIAL_FORMS": "0"}
    person = {"email": ada.email, "first_name": BROKEN, "is_active": "on"}

    client.post(reverse("admin:courses_user_change", args=[ada.pk]), person | blank)
    client.post(reverse("admin:courses_cohort_add"), {"name": BROKEN})

    ada.refresh_from_db()
    assert (ada.first_name, Cohort.objects.get().name) == (WHOLE, WHOLE)


def test_authors_name_courses_in_one_line_drafts_and_all(client: Client, noor: User) -> None:
    client.force_login(noor)
    fields = {"title": BROKEN, "slug": "", "subject": "", "language": "en", "description": "", "question_rest": "5"}

    client.post(reverse("wagtailsnippets_courses_course:add"), fields)

    course = Course.objects.get()
    assert (course.title, course.slug) == (WHOLE, "ada-bcc-x-evil")
    assert course.get_latest_revision_as_object().title == WHOLE


@pytest.mark.parametrize("kind", [Course, Skill, Module, Variant, Cohort, User])
def test_whatever_is_written_by_code_is_in_one_line_too(kind: Any) -> None:
    name = next(name for name in ("title", "name", "first_name") if name in {one.name for one in kind._meta.fields})
    thing = kind(**{name: BROKEN})

    kind._meta.get_field(name).pre_save(thing, add=True)

    assert getattr(thing, name) == WHOLE


@pytest.mark.django_db
def test_a_folder_names_things_in_one_line_and_loads_twice_as_once(folder: Path) -> None:
    for path, old in (("course.md", "Tea"), ("course.md", "Water"), ("modules/01-boiling/module.md", "Boiling")):
        text = (folder / path).read_text()
        assert f"title: {old}" in text
        (folder / path).write_text(text.replace(f"title: {old}", f'title: "{old}\\x85\\u2028 \\a of all"', 1))

    load_folder(folder)
    again = load_folder(folder)

    names = Course.objects.get().title, Skill.objects.earliest("pk").title, Module.objects.earliest("pk").title
    assert names == ("Tea of all", "Water of all", "Boiling of all")
    assert (again.created, again.changed) == ([], [])


def test_a_name_from_before_is_shown_and_goes_into_one_line_when_it_is_saved(client: Client, ada: User) -> None:
    User.objects.filter(pk=ada.pk).update(first_name=BROKEN.replace("\x00", ""))
    client.force_login(ada)

    page = client.get(reverse("courses:me"))
    old = User.objects.get()
    was = old.name
    old.save()

    assert page.status_code == 200
    assert was.startswith("Ada\r\n")
    assert User.objects.get().name == "Ada Bcc:x evil Learner"
