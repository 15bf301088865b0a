"""How often one person may ask for what costs something. Without a cache nobody has to wait."""

import time
from dataclasses import dataclass

from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView


@dataclass(frozen=True)
class Limit:
    """At most this many requests in each window of so many seconds."""

    name: str
    most: int
    seconds: int = 60


READING = Limit("reading", 600)
STEPPING = Limit("stepping", 240)
ANSWERING = Limit("answering", 300)  # a queue that was offline sends many at once
HINTING = Limit("hinting", 60)
NOTING = Limit("noting", 60)


def seconds_to_wait(limit: Limit, who: object) -> int:
    """Count one more request. Return 0 when it may go on, otherwise when to try again."""
    now = int(time.time())
    key = f"limit:{limit.name}:{who}:{now // limit.seconds}"
    return 0 if _count(key, limit.seconds) <= limit.most else limit.seconds - now % limit.seconds


def _count(key: str, seconds: int) -> int:
    try:
        return cache.incr(key)
    except ValueError:
        return 1 if cache.add(key, 1, 2 * seconds) else _count_again(key)


def _count_again(key: str) -> int:
    """Count when another request has just started to."""
    try:
        return cache.incr(key)
    except ValueError:
        return 1


def limited(limit: Limit) -> type[BaseThrottle]:
    """Return the throttle class of an API view: a limit for each person, or for each address before signing in."""

    class Limited(BaseThrottle):
        def allow_request(self, request: Request, view: APIView) -> bool:
            self.seconds = seconds_to_wait(limit, request.user.pk or self.get_ident(request))
            return not self.seconds

        def wait(self) -> float:
            return float(self.seconds)

    return Limited
