"""A connection to the web server over a network that loses things."""

import http.client
import json
import random
import time
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


class Lost(Exception):
    """Nobody knows whether the request arrived."""


@dataclass(frozen=True)
class Weather:
    """The shares of requests that something happens to."""

    lost_requests: float = 0.0
    lost_responses: float = 0.0
    doubled: float = 0.0


@dataclass(frozen=True)
class Reply:
    status: int
    body: Json
    seconds: float
    retry_after: str | None = None


CALM = Weather()


@dataclass
class Line:
    """One connection of one person."""

    port: int
    token: str
    weather: Weather = CALM
    chance: random.Random = field(default_factory=random.Random)
    patience: float = 10.0  # seconds
    connection: http.client.HTTPConnection | None = None

    def post(self, path: str, body: Json) -> list[Reply]:
        """Return what came back: a reply for each time that the request was delivered. Raises Lost."""
        luck, weather = self.chance.random(), self.weather
        try:
            if luck < weather.lost_requests:
                self._break_off(path, body)
            if luck > 1 - weather.doubled:
                return self._post_twice(path, body)
            asked = self._ask(path, body)
            if luck < weather.lost_requests + weather.lost_responses:
                raise Lost("the connection broke before the response came")
            return [self._read(asked)]
        except (OSError, http.client.HTTPException, Lost) as problem:
            self.close()
            raise Lost(str(problem)) from problem

    def close(self) -> None:
        if self.connection:
            self.connection.close()
            self.connection = None

    def _ask(self, path: str, body: Json) -> float:
        headers = {"Authorization": f"Token {self.token}", "Content-Type": "application/json"}
        self.connection = self.connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.patience)
        self.connection.request("POST", f"/api/v1/{path}", json.dumps(body), headers)
        return time.monotonic()

    def _read(self, asked: float) -> Reply:
        assert self.connection
        response = self.connection.getresponse()
        came, seconds = response.read(), time.monotonic() - asked
        is_json = response.headers.get_content_type() == "application/json"
        return Reply(response.status, json.loads(came) if is_json else {}, seconds, response.headers["Retry-After"])

    def _break_off(self, path: str, body: Json) -> None:
        """Send the first half of a request."""
        broken = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.patience)
        whole = json.dumps(body).encode()
        broken.putrequest("POST", f"/api/v1/{path}")
        broken.putheader("Authorization", f"Token {self.token}")
        broken.putheader("Content-Type", "application/json")
        broken.putheader("Content-Length", str(len(whole)))
        broken.endheaders(whole[: len(whole) // 2])
        broken.close()
        raise Lost("the connection broke before the request was sent")

    def _post_twice(self, path: str, body: Json) -> list[Reply]:
        """Let the same request arrive twice at once, on two connections."""
        other = Line(self.port, self.token, patience=self.patience)
        try:
            asked = [line._ask(path, body) for line in (self, other)]
            return [line._read(at) for line, at in zip((self, other), asked, strict=True)]
        finally:
            other.close()
