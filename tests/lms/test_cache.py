"""Without Redis nothing breaks: what was cached is a miss, limits go on counting, and nobody waits long."""

import os
import signal
import time
from collections.abc import Iterator

import pytest

from lms.cache import ForgivingRedisCache
from lms.house.services import redis

NOBODY_LISTENS = "redis://127.0.0.1:1/0"
TIMEOUT = 0.25


def cache_at(address: str) -> ForgivingRedisCache:
    cache = ForgivingRedisCache(address, {"OPTIONS": {"socket_timeout": TIMEOUT, "socket_connect_timeout": TIMEOUT}})
    cache._own.clear()
    return cache


@pytest.fixture
def lonely() -> ForgivingRedisCache:
    return cache_at(NOBODY_LISTENS)


@pytest.fixture
def address() -> Iterator[str]:
    with redis() as address:
        yield address


def test_without_redis_a_process_remembers_for_itself(lonely: ForgivingRedisCache) -> None:
    began = time.monotonic()

    assert lonely.get("name", "missed") == "missed"
    lonely.set("name", 1)
    assert lonely.incr("name") == 2
    assert not lonely.add("name", 5)
    assert lonely.touch("name")
    assert "name" in lonely
    lonely.set_many({"other": 3})
    assert lonely.get_many(["name", "other", "none"]) == {"name": 2, "other": 3}
    assert lonely.delete("name")
    lonely.delete_many(["other"])
    lonely.clear()
    assert lonely.get_many(["name", "other"]) == {}
    assert time.monotonic() - began < 2 * TIMEOUT


def test_counting_something_new_says_so_with_and_without_redis(lonely: ForgivingRedisCache, address: str) -> None:
    for cache in (lonely, cache_at(address)):
        with pytest.raises(ValueError, match="not found"):
            cache.incr("visits")

        cache.add("visits", 1, 60)

        assert [cache.incr("visits"), cache.incr("visits", 2)] == [2, 4]


def test_a_frozen_redis_costs_one_request_its_time_out_and_is_asked_again_later(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lms.cache.REST", 0.5)
    cache = cache_at(address)
    cache.set("name", "kept")
    pid = int(cache._cache.get_client(None).info("server")["process_id"])
    os.kill(pid, signal.SIGSTOP)
    began = time.monotonic()
    try:
        found = [cache.get("name") for _ in range(50)]
    finally:
        os.kill(pid, signal.SIGCONT)

    assert found == [None] * 50
    assert time.monotonic() - began < 2 * TIMEOUT

    time.sleep(0.6)
    assert cache.get("name") == "kept"
