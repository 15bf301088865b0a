"""Learners who answer one question after the other through the API. A process of its own: it knows nothing of the site.

The plan comes as JSON on standard input, what was measured goes as JSON to standard output.
"""

import http.client
import json
import random
import sys
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

RIGHT_SHARE = 0.7
MOST_ANSWERS = 200_000  # of one run, whatever happens
Json = dict[str, Any]


@dataclass
class Measured:
    """Seconds that each request took, by what it asked for; and what went wrong."""

    answers: list[float] = field(default_factory=list)
    steps: list[float] = field(default_factory=list)
    errors: dict[str, int] = field(default_factory=dict)


@dataclass
class Learner:
    token: str
    question: Json | None = None


@dataclass
class Client:
    """One connection, and the learners who take turns on it."""

    port: int
    learners: list[Learner]
    right: dict[str, Json]
    rng: random.Random
    measured: Measured = field(default_factory=Measured)
    connection: http.client.HTTPConnection | None = None
    requests: int = 0

    def work(self, begins: float, ends: float, most: int) -> None:
        """Answer until the end; what came before the beginning was to get warm."""
        is_warm = False
        for turn in range(most):
            if time.monotonic() >= ends:
                break
            if not is_warm and time.monotonic() >= begins:
                self.measured, is_warm = Measured(errors=self.measured.errors), True
            self.take_turn(self.learners[turn % len(self.learners)])
        if self.connection:
            self.connection.close()

    def take_turn(self, learner: Learner) -> None:
        learner.question = learner.question or self.find_question(learner)
        if learner.question is None:
            return
        sent = {"key": str(uuid.uuid4()), "response": self.respond(learner.question["question"]), "seconds": 20}
        path = f"presentations/{learner.question['id']}/answer/"
        came = self.post(learner, path, sent, self.measured.answers)
        learner.question = came and (came["next"]["question"] or self.open(learner, came["next"]["recommendation"]))

    def find_question(self, learner: Learner) -> Json | None:
        step = self.post(learner, "courses/python-foundations/next/", {}, self.measured.steps)
        return step and (step["question"] or self.open(learner, step["recommendation"]))

    def open(self, learner: Learner, recommendation: Json) -> Json | None:
        """Begin a step; its first question comes with it."""
        opened = self.post(learner, f"recommendations/{recommendation['id']}/opened/", {}, self.measured.steps)
        return opened and opened["question"]

    def respond(self, question: Json) -> Json:
        known = self.right.get(f"{question['kind']} {question['title']} {question['prompt']}")
        return known if known and self.rng.random() < RIGHT_SHARE else guess(question, self.rng)

    def post(self, learner: Learner, path: str, body: Json, times: list[float]) -> Json | None:
        headers = {"Authorization": f"Token {learner.token}", "Content-Type": "application/json"}
        self.connection = self.connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        self.requests += 1
        started = time.perf_counter()
        try:
            self.connection.request("POST", f"/api/v1/{path}", json.dumps(body), headers)
            response = self.connection.getresponse()
            came = response.read()
        except (OSError, http.client.HTTPException) as problem:
            self.connection = None
            self.note(type(problem).__name__)
            return None
        times.append(time.perf_counter() - started)
        if response.status < 300:
            return dict(json.loads(came))
        self.note(f"{response.status} {came[:200].decode()}")
        return None

    def note(self, error: str) -> None:
        self.measured.errors[error] = self.measured.errors.get(error, 0) + 1


def guess(question: Json, rng: random.Random) -> Json:
    """Return a response that can be read, right or not."""
    ids = {name: [entry["id"] for entry in question.get(name, [])] for name in ("choices", "items", "lefts", "rights")}
    match question["kind"]:
        case "single_choice" | "true_or_false":
            return {"choice": rng.choice(ids["choices"])}
        case "multiple_choice":
            return {"choices": rng.sample(ids["choices"], rng.randint(1, len(ids["choices"])))}
        case "ordering":
            return {"order": rng.sample(ids["items"], len(ids["items"]))}
        case "matching":
            return {"pairs": {left: rng.choice(ids["rights"]) for left in ids["lefts"]}}
        case "cloze":
            gaps = [segment for segment in question["segments"] if "gap" in segment]
            return {"gaps": [rng.choice(gap["options"] or ["perhaps"]) for gap in gaps]}
    return {"text": str(rng.randint(0, 20))}


def run(plan: Json) -> Json:
    """Let so many clients work at once; return what all of them measured."""
    clients = [
        Client(
            plan["port"],
            [Learner(token) for token in plan["tokens"][number :: plan["clients"]]],
            plan["right"],
            random.Random(plan["seed"] + number),
        )
        for number in range(plan["clients"])
    ]
    begins = time.monotonic() + plan["warm_up"]
    ends = begins + plan["seconds"]
    threads = [
        threading.Thread(target=client.work, args=(begins, ends, plan.get("most", MOST_ANSWERS))) for client in clients
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    errors: dict[str, int] = {}
    for client in clients:
        for name, count in client.measured.errors.items():
            errors[name] = errors.get(name, 0) + count
    return {
        "answers": [seconds for client in clients for seconds in client.measured.answers],
        "steps": [seconds for client in clients for seconds in client.measured.steps],
        "seconds": time.monotonic() - begins,
        "requests": sum(client.requests for client in clients),
        "errors": errors,
    }


if __name__ == "__main__":
    json.dump(run(json.load(sys.stdin)), sys.stdout)
