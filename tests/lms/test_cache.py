"""Without Redis nothing breaks: what was cached is a miss, what is written is dropped, and nobody waits long."""

import time

import pytest

from lms.cache import ForgivingRedisCache

NOBODY_LISTENS = "redis://127.0.0.1:1/0"


@pytest.fixture
def lonely() -> ForgivingRedisCache:
    return ForgivingRedisCache(NOBODY_LISTENS, {"OPTIONS": {"socket_timeout": 0.05, "socket_connect_timeout": 0.05}})


def test_every_deed_is_forgiven_in_half_a_second_each(lonely: ForgivingRedisCache) -> None:
    began = time.monotonic()

    lonely.set("name", 1)
    lonely.set_many({"name": 1})
    lonely.delete("name")
    lonely.delete_many(["name"])
    lonely.clear()

    assert lonely.get("name", "missed") == "missed"
    assert lonely.get_many(["name"]) == {}
    assert lonely.add("name", 1)
    assert "name" not in lonely
    assert not lonely.touch("name")
    assert time.monotonic() - began < 5.5
