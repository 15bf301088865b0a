"""Trainers steer through the API as on the pages, and what is wrong is named by its field."""

from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator

from adaptive.directives import Directive
from adaptive.rule_conditions import When
from adaptive.rules import Then
from courses.enrolling import enroll, join
from courses.models import Cohort, Course, User
from tests.adaptive.conftest import again
from tests.adaptive.ruled import ruled
from tests.adaptive.steered import in_days, next_for, offered
from tests.api.test_schema import conforms
from tests.api.world import Caller, Json


@pytest.fixture
def cohort(ada: User, grace: User, course: Course) -> Cohort:
    cohort = Cohort.objects.create(name="Spring")
    cohort.trainers.add(grace)
    cohort.courses.add(course)
    join(ada, cohort)
    return cohort


def test_a_trainer_asks_reads_and_takes_back(cohort: Cohort, grace: User, ada: User, noor: User) -> None:
    schema: Json = dict(SchemaGenerator().get_schema(request=None, public=True))
    caller, path = Caller(grace), f"cohorts/{cohort.pk}/directives/"
    course = cohort.courses.get()
    ruled(noor, course, When.BEGUN, Then.INSERT, target=course.modules.get(slug="module-0"))
    next_for(again(enroll(ada, course)))
    wanted = {"course": "python", "kind": "lock", "module": "module-1", "learner": str(ada.pk), "note": "Soon"}

    made = caller.post(path, wanted | {"holds_until": in_days(3).isoformat()})
    waived = caller.post(path, {"course": "python", "kind": "waiver", "skill": "skill-0"})
    listed = caller.get(f"{path}?course=python")

    pattern = "cohorts/{id}/directives/"
    one = conforms(schema, made, pattern, "post")
    every = conforms(schema, listed, pattern, "get")["results"]
    assert (made.status_code, waived.status_code, one["learner"]["name"]) == (201, 201, "Ada Learner")
    assert [(row["kind"], bool(row["learner"]), row["made_by"]) for row in every] == [
        ("waiver", False, "Grace"),
        ("lock", True, "Grace"),
        ("pin", True, ""),
    ]
    assert every[2]["rule"] == "When a learner has begun the course, offer “Module 0” next."
    ended = caller.post(f"{path}{every[2]['id']}/end/")
    assert conforms(schema, ended, "cohorts/{id}/directives/{directive_pk}/end/", "post")["ended_at"]
    assert caller.post(f"{path}{every[2]['id']}/end/").json() == ended.json()
    assert Directive.objects.filter(ended_at=None).count() == 2
    assert offered(next_for(again(enroll(ada, course)))) == {"module-0"}


def test_a_trainer_sets_how_often_to_succeed(cohort: Cohort, grace: User, ada: User) -> None:
    schema: Json = dict(SchemaGenerator().get_schema(request=None, public=True))
    caller, path = Caller(grace), f"cohorts/{cohort.pk}/directives/"

    for_all = caller.post(path, {"course": "python", "kind": "aim", "percent": 85})
    own = caller.post(path, {"course": "python", "kind": "aim", "percent": 55, "learner": str(ada.pk)})

    rows = [conforms(schema, made, "cohorts/{id}/directives/", "post") for made in (for_all, own)]
    assert [(row["percent"], row["module"], row["skill"]) for row in rows] == [(85, None, None), (55, None, None)]
    taken = next_for(again(enroll(ada, cohort.courses.get()))).inputs["directives"]
    assert [(entry["percent"], entry["for_all"]) for entry in taken] == [(85, True), (55, False)]


@pytest.mark.django_db
def test_what_makes_no_sense_is_refused_by_its_field(
    cohort: Cohort, grace: User, noor: User, subtests: pytest.Subtests
) -> None:
    caller, path = Caller(grace), f"cohorts/{cohort.pk}/directives/"
    sense = {"course": "python", "kind": "pin", "module": "module-1"}
    refused: dict[str, list[dict[str, Any]]] = {
        "course": [{"course": "history"}],
        "module": [{"module": "module-9"}, {"kind": "ban", "skill": "skill-0"}, {"kind": "aim", "percent": 80}],
        "skill": [{"kind": "waiver"}, {"kind": "aim", "percent": 80, "module": ..., "skill": "skill-0"}],
        "kind": [{"kind": "easier"}, {"kind": "love"}],
        "percent": [
            {"percent": 80},
            *({"kind": "aim", "module": ..., "percent": percent} for percent in (49, 96, "most", None, ...)),
        ],
        "learner": [{"learner": str(noor.pk)}],
        "holds_until": [{"kind": "lock"}, {"holds_until": in_days(-1).isoformat()}],
        "steer": [{"steer": "left"}],
    }
    for name, cases in refused.items():
        for more in cases:
            with subtests.test(field=name, sent=str(more)):
                assert caller.fields_refused_in(path, sense | more) == {name}
    assert not Directive.objects.exists()
