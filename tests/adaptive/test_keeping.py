"""What a process keeps: the latest things, each made once."""

import pytest

from adaptive.keeping import Latest


def test_the_latest_are_kept_and_what_was_asked_for_longest_ago_is_made_again() -> None:
    made: list[str] = []
    kept: Latest[str, str] = Latest(2)

    def thing(key: str) -> str:
        return kept.get(key, lambda: made.append(key) or key.upper())

    assert [thing(key) for key in ("a", "b", "a", "c", "a", "b")] == ["A", "B", "A", "C", "A", "B"]
    assert made == ["a", "b", "c", "b"]
    kept.clear()
    thing("a")
    assert made[-1] == "a"


def test_nothing_is_kept_of_what_could_not_be_made() -> None:
    kept: Latest[str, int] = Latest(2)

    with pytest.raises(ZeroDivisionError):
        kept.get("a", lambda: 1 // 0)

    assert kept.get("a", lambda: 1) == 1
