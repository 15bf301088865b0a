"""A cache that is missed, not mourned: while Redis is away, each process keeps a small one of its own."""

from __future__ import annotations

import time
from typing import Any

import redis
import structlog
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient

log = structlog.get_logger(__name__)

REST = 2.0  # seconds that Redis is left alone after a fault, so that not every request waits for it
COUNT = "if redis.call('exists', KEYS[1]) == 1 then return redis.call('incrby', KEYS[1], ARGV[1]) end"


class CountingClient(RedisCacheClient):
    """Django's Redis client for one server, which counts in one round trip instead of two."""

    _shared: redis.Redis | None = None

    def get_client(self, key: Any = None, *, write: bool = False) -> redis.Redis:
        """Return one client for all threads: making one takes longer than asking it."""
        if self._shared is None:
            self._shared = super().get_client(key, write=write)
        return self._shared

    def incr(self, key: Any, delta: int) -> int:
        counted = self.get_client(key, write=True).eval(COUNT, 1, key, delta)
        if counted is None:
            raise ValueError(f"Key '{key}' not found.")
        return int(counted)


class ForgivingRedisCache(RedisCache):
    """Redis; after a fault this process's own memory for a while, so that limits go on counting.

    A Redis that does not answer costs one request its time-out, not every request.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = CountingClient
        self._own = LocMemCache(server, params)
        self._away_until = 0.0

    def _ask(self, deed: str, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() >= self._away_until:
            try:
                return getattr(super(), deed)(*args, **kwargs)
            except (redis.RedisError, OSError) as error:
                log.warning("cache_unavailable", deed=deed, error=type(error).__name__)
                self._away_until = time.monotonic() + REST
        return getattr(self._own, deed)(*args, **kwargs)

    def add(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._ask("add", *args, **kwargs))

    def get(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("get", *args, **kwargs)

    def set(self, *args: Any, **kwargs: Any) -> None:
        self._ask("set", *args, **kwargs)

    def touch(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._ask("touch", *args, **kwargs))

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._ask("delete", *args, **kwargs))

    def get_many(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("get_many", *args, **kwargs)

    def has_key(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._ask("has_key", *args, **kwargs))

    def incr(self, *args: Any, **kwargs: Any) -> int:
        return int(self._ask("incr", *args, **kwargs))

    def set_many(self, *args: Any, **kwargs: Any) -> list[Any]:
        return list(self._ask("set_many", *args, **kwargs))

    def delete_many(self, *args: Any, **kwargs: Any) -> None:
        self._ask("delete_many", *args, **kwargs)

    def clear(self) -> None:
        self._ask("clear")
