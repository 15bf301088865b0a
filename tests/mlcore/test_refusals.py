"""What was refused does not come next while something else is left, and levels move as was asked for."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from mlcore.refusals import BANNED_FOR, Refusal, Unwanted, Wish, levels_after, refuse, take_back


@dataclass(frozen=True)
class Lesson:
    id: int
    modality: str
    difficulty: int


EASY, HARD, FILM = Lesson(1, "text", 2), Lesson(2, "text", 4), Lesson(3, "video", 3)
EVERY = [EASY, HARD, FILM]


def refused(*ways: Lesson, wish: str = Wish.ANOTHER_WAY) -> list[Refusal]:
    return [Refusal(7, way.id, entry, wish) for entry, way in enumerate(ways, start=1)]


def test_a_module_is_out_while_not_this_one_holds_and_comes_back_afterwards() -> None:
    banned = Unwanted(refused(EASY, wish=Wish.NOT_THIS_ONE), now=1, banned_until=1 + BANNED_FOR)
    later = Unwanted(banned.refused, now=1 + BANNED_FOR, banned_until=1 + BANNED_FOR)

    assert banned.keeps_out(EVERY)
    assert not later.keeps_out(EVERY)


def test_a_module_is_out_once_every_way_of_it_was_refused_lately() -> None:
    assert not Unwanted(refused(EASY, HARD), now=2).keeps_out(EVERY)
    assert Unwanted(refused(EASY, HARD, FILM), now=3).keeps_out(EVERY)
    assert not Unwanted(refused(EASY, HARD, FILM), now=3 + BANNED_FOR).keeps_out(EVERY)
    assert Unwanted([Refusal(7, 0, 1, Wish.TOO_HARD)], now=1).keeps_out([])


def test_another_way_is_of_another_modality_and_one_refused_before_comes_last() -> None:
    other_film = Lesson(4, "video", 3)
    every = [*EVERY, other_film]

    assert Unwanted(refused(EASY), now=1).otherwise(every, every, EASY) == [FILM, other_film]
    assert Unwanted(refused(FILM, EASY), now=2).otherwise(every, every, EASY) == [other_film]
    assert Unwanted(refused(other_film, FILM, EASY), now=3).otherwise(every, every, EASY) == [other_film]


def test_what_comes_after_too_hard_is_no_harder() -> None:
    unwanted = Unwanted(refused(FILM, wish=Wish.TOO_HARD), now=1, hardest=2)

    assert unwanted.fitting(EVERY) == [EASY]
    assert unwanted.near([HARD, FILM]) == [FILM]
    assert unwanted.no_harder(EVERY, FILM) == [EASY]


@pytest.mark.parametrize(
    ("wish", "level", "expected"),
    [
        (Wish.TOO_EASY, 2, (3, 5)),
        (Wish.TOO_EASY, 5, (5, 5)),
        (Wish.TOO_HARD, 2, (1, 1)),
        (Wish.TOO_HARD, None, (1, 2)),
        (Wish.ANOTHER_WAY, 3, (1, 5)),
    ],
)
def test_levels_move_as_was_asked_for(wish: str, level: int | None, expected: tuple[int, int]) -> None:
    assert levels_after(wish, level, (1, 5)) == expected


def test_what_was_too_easy_is_forgiven_when_the_next_one_is_too_hard() -> None:
    too_easy = refuse([], Refusal(7, EASY.id, 1, Wish.TOO_EASY))

    both = refuse(too_easy, Refusal(7, HARD.id, 2, Wish.TOO_HARD))

    assert [one.variant for one in both] == [HARD.id]
    assert len(refuse(both, Refusal(8, EASY.id, 3, Wish.NOT_THIS_ONE))) == 2


def test_of_all_that_was_refused_what_is_as_hard_as_was_asked_for_comes_back_first() -> None:
    unwanted = Unwanted(refused(EASY, FILM, HARD), now=3, easiest=4)

    assert sorted(EVERY, key=unwanted.reluctance) == [HARD, FILM, EASY]
    assert sorted(EVERY, key=Unwanted(refused(FILM, HARD, EASY), now=3).reluctance) == [FILM, HARD, EASY]


def test_choosing_a_module_takes_back_not_this_one_and_no_other_refusal() -> None:
    every = [*refused(EASY, wish=Wish.NOT_THIS_ONE), *refused(HARD), Refusal(8, EASY.id, 3, Wish.NOT_THIS_ONE)]

    assert take_back(every, 7) == every[1:]
