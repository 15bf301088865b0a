"""A small published course with every kind of question, and a client that speaks JSON."""

import json
from typing import Any

from django.test import Client
from rest_framework.authtoken.models import Token

from courses.models import Course, Module, Question, Skill, User, Variant
from tests.courses.samples import EVERY_KIND

Json = dict[str, Any]


def small_course(slug: str = "python", modules: int = 2) -> Course:
    """Each module has its own skill, two variants, and one question of each kind."""
    course = Course.objects.create(title=slug.capitalize(), slug=slug, subject="programming")
    for place in range(modules):
        skill = Skill.objects.create(course=course, slug=f"skill-{place}", title=f"Skill {place}", position=place)
        module = Module(course=course, slug=f"module-{place}", title=f"Module {place}", position=place)
        module.skills = [skill]
        module.save()
        Variant.objects.create(module=module, modality="text", difficulty=2, body="Read **this**.")
        Variant.objects.create(module=module, modality="worked-example", difficulty=3, body="Look.")
        for content in EVERY_KIND:
            question_like(content, module, skill)
    return course


def question_like(content: Json, module: Module, skill: Skill) -> Question:
    """A published question with this content."""
    question = Question(
        module=module,
        slug=f"{module.slug}-{content['kind'].replace('_', '-')}",
        title=content["title"],
        prompt=content["prompt"],
        answer=json.dumps([{"type": content["kind"], "id": "answer", "value": _as_block(content["answer"])}]),
        hints=json.dumps([{"type": "hint", "id": str(n), "value": text} for n, text in enumerate(content["hints"])]),
        feedback=content["feedback"],
        solution=content["solution"],
        difficulty=content["difficulty"],
    )
    question.skills = [skill]
    question.save()
    return question


def _as_block(answer: Json) -> Json:
    return {
        key: [_item(entry) for entry in value] if isinstance(value, list) else value for key, value in answer.items()
    }


def _item(entry: Json) -> Json:
    value = {key: part for key, part in entry.items() if key != "id"}
    is_text = set(value) == {"text"}
    return {"type": "item", "id": entry["id"], "value": value["text"] if is_text else value}


class Caller:
    """Somebody who calls the API with their token; with nobody's without one."""

    def __init__(self, user: User | None = None) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {"Authorization": f"Token {Token.objects.get_or_create(user=user)[0].key}"} if user else {}

    def get(self, path: str) -> Any:
        return self.client.get(f"/api/v1/{path}", headers=self.headers)

    def post(self, path: str, data: Any = None) -> Any:
        return self.client.post(f"/api/v1/{path}", data or {}, "application/json", headers=self.headers)

    def fields_refused_in(self, path: str, data: Json) -> set[str]:
        """Send this without what is `...`, which must be refused; return the fields that the answer names."""
        response = self.post(path, {key: value for key, value in data.items() if value is not ...})
        assert response.status_code == 400, response.content
        return set(response.json()["fields"])
