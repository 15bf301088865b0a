"""A cache that is missed, not mourned: without Redis every read is a miss and every write is dropped."""

from typing import Any

import redis
import structlog
from django.core.cache.backends.redis import RedisCache, RedisCacheClient

log = structlog.get_logger(__name__)


class ForgivingClient(RedisCacheClient):
    """Django's Redis client, with every fault of the server turned into an empty answer."""

    def _forgive(self, deed: str, empty: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return getattr(super(), deed)(*args, **kwargs)
        except (redis.RedisError, OSError) as error:
            log.warning("cache_unavailable", deed=deed, error=type(error).__name__)
            return empty

    def add(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._forgive("add", True, *args, **kwargs))

    def get(self, key: Any, default: Any) -> Any:
        return self._forgive("get", default, key, default)

    def set(self, *args: Any, **kwargs: Any) -> None:
        self._forgive("set", None, *args, **kwargs)

    def touch(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._forgive("touch", False, *args, **kwargs))

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._forgive("delete", False, *args, **kwargs))

    def get_many(self, *args: Any, **kwargs: Any) -> Any:
        return self._forgive("get_many", {}, *args, **kwargs)

    def has_key(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._forgive("has_key", False, *args, **kwargs))

    def incr(self, key: Any, delta: int) -> Any:
        return self._forgive("incr", delta, key, delta)

    def set_many(self, *args: Any, **kwargs: Any) -> None:
        self._forgive("set_many", None, *args, **kwargs)

    def clear(self) -> bool:
        return bool(self._forgive("clear", False))

    def delete_many(self, *args: Any, **kwargs: Any) -> None:
        self._forgive("delete_many", None, *args, **kwargs)


class ForgivingRedisCache(RedisCache):
    """The cache backend that settings name."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = ForgivingClient
