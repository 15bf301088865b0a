"""Rules are written, tried and switched through the API as on the pages, and what is wrong is named by its field."""

from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator

from adaptive.rule_conditions import Condition
from adaptive.rules import Rule
from courses.enrolling import enroll, join
from courses.models import Cohort, Course, User
from tests.adaptive.conftest import again
from tests.adaptive.steered import next_for, offered
from tests.api.test_schema import conforms
from tests.api.world import Caller, Json

PATTERN = "cohorts/{id}/courses/{slug}/rules/"
SENSE: Json = {
    "joined": "any",
    "conditions": [{"when": "below", "module": "module-1", "percent": 50}, {"when": "begun"}],
    "then": "insert",
    "target": "module-1",
    "note": "It fits",
}


@pytest.fixture
def cohort(ada: User, grace: User, course: Course) -> Cohort:
    cohort = Cohort.objects.create(name="Spring")
    cohort.trainers.add(grace)
    cohort.courses.add(course)
    join(ada, cohort)
    return cohort


@pytest.fixture(scope="module")
def schema() -> Json:
    return dict(SchemaGenerator().get_schema(request=None, public=True))


def test_a_trainer_writes_tries_switches_and_removes_a_rule(
    cohort: Cohort, grace: User, ada: User, schema: Json
) -> None:
    caller, path = Caller(grace), f"cohorts/{cohort.pk}/courses/python/rules/"
    ada_here = enroll(ada, cohort.courses.get())

    made = conforms(schema, caller.post(path, SENSE), PATTERN, "post")
    one = f"{path}{made['id']}/"
    on = conforms(schema, caller.post(f"{one}switch/", {"on": True}), f"{PATTERN}{{rule_pk}}/switch/", "post")
    step = next_for(again(ada_here))
    log = conforms(schema, caller.get(f"{path}log/?rule={made['id']}"), f"{PATTERN}log/", "get")["results"]
    tried = conforms(schema, caller.get(f"{one}trial/"), f"{PATTERN}{{rule_pk}}/trial/", "get")
    off = caller.post(f"{one}switch/", {"on": False}).json()

    assert made["sentence"] == (
        "When a learner of Spring has scored below 50 % in “Module 1” or has begun the course, offer “Module 1” next."
    )
    assert [(row["when"], row["percent"]) for row in made["conditions"]] == [("below", 50), ("begun", None)]
    assert (made["on_since"], made["made_by"], made["target"]["slug"]) == (None, "Grace", "module-1")
    assert (tried["learners"], tried["fired_for"], tried["outcomes"]) == (
        1,
        1,
        [{"count": 1, "words": "would offer it next"}],
    )
    assert on["rule"]["on_since"]
    assert offered(step) == {"module-1"}
    assert [(row["learner"]["name"], row["facts"], row["effect"], row["reasons"]) for row in log] == [
        ("Ada Learner", {"2": {}}, "followed", "has begun the course")
    ]
    assert (off["withdrawn"], off["rule"]["on_since"]) == (1, None)
    anew = conforms(
        schema, caller.post(f"{one}rewrite/", SENSE | {"joined": "all"}), f"{PATTERN}{{rule_pk}}/rewrite/", "post"
    )
    removed = conforms(schema, caller.post(f"{path}{anew['id']}/remove/"), f"{PATTERN}{{rule_pk}}/remove/", "post")
    assert (anew["joined"], anew["id"] != made["id"], bool(removed["rule"]["ended_at"])) == ("all", True, True)
    assert caller.post(f"{one}switch/", {"on": True}).json()["fields"].keys() == {"rule"}
    assert caller.post(f"{one}rewrite/", SENSE).json()["fields"].keys() == {"rule"}
    listed = conforms(schema, caller.get(path), PATTERN, "get")["results"]
    assert [(row["id"], bool(row["ended_at"])) for row in listed] == [(anew["id"], True), (made["id"], True)]
    assert conforms(schema, caller.get(one), f"{PATTERN}{{rule_pk}}/", "get") == listed[1]


def test_authors_write_rules_of_a_course_and_read_nothing_of_its_learners(
    cohort: Cohort, noor: User, grace: User, ada: User, schema: Json
) -> None:
    caller, path = Caller(noor), "courses/python/rules/"
    made = caller.post(path, {"conditions": [{"when": "begun"}], "then": "notify"}).json()
    caller.post(f"{path}{made['id']}/switch/", {"on": True})
    next_for(again(enroll(ada, cohort.courses.get())))

    log = caller.get(f"{path}log/")
    seen_by_grace = Caller(grace).get(f"cohorts/{cohort.pk}/courses/python/rules/log/").json()["results"]

    [row] = conforms(schema, log, "courses/{slug}/rules/log/", "get")["results"]
    assert (row["learner"], row["effect"]) == (None, "notice")
    assert "Ada" not in log.content.decode()
    assert seen_by_grace[0]["learner"]["name"] == "Ada Learner"
    assert Caller(grace).get(f"cohorts/{cohort.pk}/courses/python/rules/{made['id']}/").status_code == 404


def test_what_makes_no_sense_is_refused_by_its_field(cohort: Cohort, grace: User, subtests: pytest.Subtests) -> None:
    caller, path = Caller(grace), f"cohorts/{cohort.pk}/courses/python/rules/"
    begun, below = {"when": "begun"}, {"when": "below", "module": "module-1", "percent": 50}
    refused: dict[str, list[dict[str, Any]]] = {
        "conditions": [{"conditions": ...}, {"conditions": []}, {"conditions": [begun] * 6}, {"conditions": "begun"}],
        "conditions.0": [{"conditions": [None]}, {"conditions": ["begun"]}],
        "conditions.0.when": [{"conditions": [{"when": "never"}]}, {"conditions": [{}]}],
        "conditions.1.module": [
            {"conditions": [begun, {"when": "completed"}]},
            {"conditions": [begun, {"when": "completed", "module": "module-9"}]},
        ],
        "conditions.1.percent": [{"conditions": [begun, below | {"percent": 0}]}],
        "conditions.1.days": [{"conditions": [below, begun | {"days": 3}]}],
        "conditions.1.when": [{"conditions": [begun, begun]}],
        "conditions.0.love": [{"conditions": [begun | {"love": 1}]}],
        "joined": [{"joined": "some"}],
        "then": [{"then": "sing"}],
        "target": [
            {"target": "module-9"},
            {"target": ...},
            {"then": "notify"},
            {"conditions": [{"when": "completed", "module": "module-1"}]},
        ],
        "lasting": [{"then": "assign"}, {"lasting": 3}],
        "modality": [{"then": "way", "lasting": 2, "modality": "song"}, {"modality": "text"}],
    }
    for name, cases in refused.items():
        for more in cases:
            with subtests.test(field=name, sent=str(more)):
                assert caller.fields_refused_in(path, SENSE | more) == {name}
    assert not Rule.objects.exists()
    assert not Condition.objects.exists()


@pytest.mark.parametrize("odd", ["9" * 30, "1" * 5000, "0", "-1", "first", "%00", "²"])
def test_a_log_of_no_rule_is_refused_and_not_the_log_of_all(cohort: Cohort, grace: User, odd: str) -> None:
    refused = Caller(grace).get(f"cohorts/{cohort.pk}/courses/python/rules/log/?rule={odd}")

    assert (refused.status_code, set(refused.json()["fields"])) == (400, {"rule"})


def test_listing_rules_takes_as_many_queries_for_many_as_for_one(
    cohort: Cohort, grace: User, django_assert_max_num_queries: Any
) -> None:
    caller, path = Caller(grace), f"cohorts/{cohort.pk}/courses/python/rules/"
    for _ in range(6):
        caller.post(path, SENSE)

    with django_assert_max_num_queries(7):  # token, cohort, course, count, rules, conditions, and what is known of here
        assert len(caller.get(path).json()["results"]) == 6
