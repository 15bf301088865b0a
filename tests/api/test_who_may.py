"""Every endpoint for every kind of person. An endpoint without a row here fails."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.urls import get_resolver

from adaptive.rule_conditions import When
from adaptive.rules import Then
from courses.enrolling import join
from courses.models import Cohort, Course, Skill, User, Variant
from tests.adaptive.ruled import written
from tests.adaptive.steered import WAIVER, asked
from tests.api.learning import begin, body, right
from tests.api.world import Caller, Json

NOBODY, ADA, BOB, GRACE, TESS, NOOR, ROOT = ROLES = ("nobody", "ada", "bob", "grace", "tess", "noor", "root")
PEOPLE = ROLES[1:]


@dataclass(frozen=True)
class Row:
    """What somebody signed in gets (`others`), and who gets something else. Nobody gets 401 unless it says so."""

    path: str
    method: str = "GET"
    others: int = 404
    codes: dict[str, int] = field(default_factory=dict)
    body: Json | None = None

    def code_for(self, role: str) -> int:
        return self.codes.get(role, 401 if role == NOBODY else self.others)


ANSWER = {"answer": "of ada"}
ASKED = {"course": "python", "kind": "pin", "module": "module-1"}
RULE = {"conditions": [{"when": "begun"}], "then": "notify"}
CREDENTIALS = {"email": "ada@example.org", "password": "correct horse battery"}
TABLE = {
    "schema": Row("schema/", others=200, codes={NOBODY: 200}),
    "token": Row("token/", "POST", 200, {NOBODY: 200}, CREDENTIALS),
    "token_revoke": Row("token/revoke/", "POST", 204),
    "courses": Row("courses/", others=200),
    "outline": Row("courses/python/", others=200),
    "enroll": Row("courses/python/enroll/", "POST", 200),
    "next": Row("courses/python/next/", "POST", codes={ADA: 200}),
    "choose": Row("courses/python/choose/", "POST", codes={ADA: 200}, body={"module": "module-1"}),
    "reviews": Row("reviews/", others=200),
    "state": Row("courses/python/state/", codes={ADA: 200}),
    "placement": Row("courses/python/placement/", codes={ADA: 200}),
    "begin_placement": Row("courses/python/placement/begin/", "POST", codes={ADA: 200}),
    "stop_placement": Row("courses/python/placement/stop/", "POST", codes={ADA: 200}),
    "lesson": Row("variants/{variant}/", codes={ADA: 200}),
    "recommendation": Row("recommendations/{step}/", codes={ADA: 200}),
    "opened": Row("recommendations/{step}/opened/", "POST", codes={ADA: 200}),
    "finished": Row("recommendations/{step}/finished/", "POST", codes={ADA: 409}),
    "override": Row("recommendations/{step}/override/", "POST", codes={ADA: 200}, body={"wish": "too-easy"}),
    "presentation": Row("presentations/{question}/", codes={ADA: 200}),
    "answer": Row("presentations/{question}/answer/", "POST", codes={ADA: 201}, body=ANSWER),
    "hint": Row("presentations/{question}/hint/", "POST", codes={ADA: 200}, body={"number": 1}),
    "cohorts": Row("cohorts/", others=200),
    "directives": Row("cohorts/{cohort}/directives/", "POST", codes={GRACE: 201, ROOT: 201}, body=ASKED),
    "end_directive": Row("cohorts/{cohort}/directives/{directive}/end/", "POST", codes={GRACE: 200, ROOT: 200}),
    "mastery": Row("cohorts/{cohort}/mastery/?course=python", codes={GRACE: 200, ROOT: 200}),
}
for kind, base, those in (
    ("course", "courses/python/rules/", (NOOR, ROOT)),
    ("cohort", "cohorts/{cohort}/courses/python/rules/", (GRACE, ROOT)),
):
    one, found, made = f"{base}{{{kind}_rule}}/", dict.fromkeys(those, 200), dict.fromkeys(those, 201)
    first_only = {those[0]: 201, those[1]: 400}  # it is ended by then
    TABLE |= {
        f"{kind}_rules": Row(base, "POST", codes=made, body=RULE),
        f"{kind}_rule_log": Row(f"{base}log/", codes=found),
        f"{kind}_rule": Row(one, codes=found),
        f"rewrite_{kind}_rule": Row(f"{one}rewrite/", "POST", codes=first_only, body=RULE),
        f"switch_{kind}_rule": Row(f"{one}switch/", "POST", codes=found, body={"on": True}),
        f"remove_{kind}_rule": Row(f"{one}remove/", "POST", codes=found),
        f"{kind}_rule_trial": Row(f"{one}trial/", codes=found),
    }


@pytest.fixture
def people(ada: User, grace: User, noor: User, root: User, course: Course) -> dict[str, Caller]:
    """Ada learns in Grace's cohort; Bob is enrolled in nothing, and Tess trains somebody else."""
    bob = User.objects.create_user("bob@example.org", "x")
    tess = User.objects.create_user("tess@example.org", "x", is_trainer=True)
    for trainer, name in ((grace, "Spring"), (tess, "Autumn")):
        cohort = Cohort.objects.create(name=name)
        cohort.trainers.add(trainer)
        cohort.courses.add(course)
        if trainer is grace:
            join(ada, cohort)
    users = {ADA: ada, BOB: bob, GRACE: grace, TESS: tess, NOOR: noor, ROOT: root}
    return {NOBODY: Caller()} | {role: Caller(user) for role, user in users.items()}


@pytest.fixture
def adas(people: dict[str, Caller]) -> dict[str, Any]:
    """The ids of what belongs to Ada."""
    cohort = Cohort.objects.get(name="Spring")
    waiver = asked(cohort.trainers.get(), WAIVER, Skill.objects.get(slug="skill-0"), cohort)
    question = begin(people[ADA])["id"]
    step = people[ADA].post("courses/python/next/").json()["recommendation"]["id"]
    return {
        "question": question,
        "step": step,
        "cohort": cohort.pk,
        "directive": waiver.pk,
        "cohort_rule": written(cohort.trainers.get(), cohort, When.BEGUN, Then.NOTIFY).pk,
        "course_rule": written(cohort.trainers.get(), cohort.courses.get(), When.BEGUN, Then.NOTIFY).pk,
        "variant": Variant.objects.first().pk,
    }


def call(caller: Caller, row: Row, adas: dict[str, Any]) -> Any:
    path = row.path.format(**adas)
    if row.method == "GET":
        return caller.get(path)
    return caller.post(path, body(right(adas["question"])) if row.body is ANSWER else row.body)


def test_every_endpoint_has_its_row() -> None:
    names = {pattern.name for pattern in get_resolver("lms.api_urls").url_patterns}

    assert names - {None} == set(TABLE)


@pytest.mark.parametrize("name", TABLE)
def test_each_person_gets_what_is_theirs(people: dict[str, Caller], adas: dict[str, Any], name: str) -> None:
    row = TABLE[name]
    strangers_first = sorted(ROLES, key=lambda role: role == ADA)

    got = {role: call(people[role], row, adas).status_code for role in strangers_first}

    assert got == {role: row.code_for(role) for role in ROLES}


def test_what_is_not_there_and_what_is_not_yours_look_the_same(people: dict[str, Caller], adas: dict[str, Any]) -> None:
    absent = dict.fromkeys(("question", "step"), "00000000-0000-4000-8000-000000000000") | {
        "cohort": 999_999,
        "directive": 999_999,
        "cohort_rule": 999_999,
        "course_rule": 999_999,
        "variant": 999_999,
    }
    for row in TABLE.values():
        if "{" in row.path:
            sent = body({}) if row.body is ANSWER else row.body
            path = row.path.format(**absent)
            missing = people[BOB].get(path) if row.method == "GET" else people[BOB].post(path, sent)

            assert (missing.status_code, missing.json()) == (404, call(people[BOB], row, adas).json())


def test_cohorts_are_listed_for_their_own_trainers(people: dict[str, Caller]) -> None:
    seen = {role: {row["name"] for row in people[role].get("cohorts/").json()["results"]} for role in PEOPLE}

    expected = {ADA: set(), BOB: set(), GRACE: {"Spring"}, TESS: {"Autumn"}, NOOR: set(), ROOT: {"Spring", "Autumn"}}
    assert seen == expected


def test_a_trainer_who_is_revoked_is_out_at_once(people: dict[str, Caller], adas: dict[str, Any], grace: User) -> None:
    assert call(people[GRACE], TABLE["mastery"], adas).status_code == 200

    Cohort.objects.get(name="Spring").trainers.remove(grace)
    assert call(people[GRACE], TABLE["mastery"], adas).status_code == 404

    Cohort.objects.get(name="Spring").trainers.add(grace)
    User.objects.filter(pk=grace.pk).update(is_trainer=False)
    assert call(people[GRACE], TABLE["mastery"], adas).status_code == 404


def test_mastery_is_of_the_cohorts_own_courses(people: dict[str, Caller], adas: dict[str, Any]) -> None:
    path = f"cohorts/{adas['cohort']}/mastery/"

    assert people[GRACE].get(path).status_code == 404
    assert people[GRACE].get(f"{path}?course=history").status_code == 404


def test_mastery_says_what_is_believed_of_each_learner(people: dict[str, Caller], adas: dict[str, Any]) -> None:
    call(people[ADA], TABLE["answer"], adas)

    page = people[GRACE].get(f"cohorts/{adas['cohort']}/mastery/?course=python").json()

    assert page["count"] == 1
    assert page["results"][0]["learner"]["name"] == "Ada Learner"
    assert page["results"][0]["skills"] == people[ADA].get("courses/python/state/").json()["skills"]
