"""What learners asked for counts for what comes later, too: a little each time, and they can read it."""

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse

from adaptive.adapting import Standing
from adaptive.aiming import band_for
from adaptive.explaining import CAUSES, aimed_at, sentence
from adaptive.heeding import LATELY, LESS, MOST_TIMES, in_a_hurry, unwanted_ways
from adaptive.models import Recommendation
from adaptive.progress import Wish
from adaptive.recommending import SETTINGS, Inputs, choose, recommend_next
from adaptive.stepping import Request, override
from courses import clock
from courses.models import Enrollment, Modality, User, Variant
from mlcore.refusals import Reason, Refusal
from tests.adaptive.conftest import again
from tests.adaptive.test_reasons_given import because, later, standing
from tests.adaptive.test_refusing import on_offer


def having_asked_for_another_way_than_text(enrollment: Enrollment, times: int) -> Standing:
    """In that many modules, and not in the last one."""
    now = standing(enrollment)
    ways = [next(way for way in one.variants if way.modality == Modality.TEXT) for one in now.syllabus.modules.values()]
    modules = list(now.syllabus.modules)[:times]
    now.progress.refused = [
        Refusal(module, way.id, 1, Wish.ANOTHER_WAY) for module, way in zip(modules, ways[:times], strict=True)
    ]
    return now


def share_of_text(now: Standing) -> float:
    """Of the chances of the last module, by the same random numbers each time."""
    _, weighed = choose(now, Inputs(clock.now(), 1, {}))
    last = list(now.syllabus.modules)[-1]
    own = [
        (one.variant.modality, chance)
        for one, chance in zip(weighed.candidates, weighed.suggestion.propensities, strict=True)
        if one.module.id == last and one.variant
    ]
    return sum(chance for modality, chance in own if modality == Modality.TEXT) / sum(chance for _, chance in own)


def test_ways_that_were_to_be_had_otherwise_come_less_often_in_other_modules(wide: Enrollment) -> None:
    """A little for each time, three times at most, and not for ever."""
    Variant.objects.filter(difficulty=4).delete()  # so that all are on the list to draw from
    shares = [share_of_text(having_asked_for_another_way_than_text(wide, times)) for times in range(5)]
    forgotten = having_asked_for_another_way_than_text(wide, MOST_TIMES)
    forgotten.state.seen_up_to += LATELY + 1

    assert shares[0] > shares[1] > shares[2] > shares[3] == pytest.approx(shares[4], abs=0.01)
    assert share_of_text(forgotten) == pytest.approx(shares[0])
    assert shares[0] - shares[4] < 0.5


def test_that_is_told_among_the_terms_of_the_score_and_without_it_there_is_none(wide: Enrollment) -> None:
    before, now = standing(wide), having_asked_for_another_way_than_text(wide, 2)

    plain, told = (choose(one, Inputs(clock.now(), 1, {}))[1].as_json() for one in (before, now))

    modality_of = now.syllabus.modality_of
    assert "wish" not in plain[0]["terms"]
    for offer in told:
        assert offer["terms"]["wish"] == (-2 * LESS if modality_of[offer["variant"]] == Modality.TEXT else 0.0)
        assert sum(offer["terms"].values()) == pytest.approx(offer["score"], abs=1e-5)
    assert sentence(Recommendation(reasons=[{"term": "wish"}])) == f"Because {CAUSES['wish']}."


def test_what_was_said_as_a_reason_counts_like_the_wish_for_another_way(wide: Enrollment) -> None:
    on_offer(wide, Modality.TEXT, 2)
    because(wide, Reason.WAY)

    assert unwanted_ways(standing(wide)) == {Modality.TEXT: 1}


@pytest.mark.parametrize(("wish", "way"), [(Wish.TOO_EASY, 1), (Wish.TOO_HARD, -1)])
def test_what_was_too_easy_or_too_hard_shifts_modules_not_seen_yet(wide: Enrollment, wish: str, way: int) -> None:
    """A little for each time, and no further than a tenth."""
    seen = on_offer(wide, Modality.TEXT, 4 if way < 0 else 2).module_id
    usual, bands = difficulty_besides(standing(wide), seen), []
    for _ in range(6):
        override(again(wide), Request(wish))
        bands.append(band_for(standing(wide), SETTINGS.band)[0])
    after = later(standing(wide), 0)

    assert np.sign(difficulty_besides(after, seen) - usual) == way
    assert np.diff([SETTINGS.band[0], *bands]) == pytest.approx([-0.025 * way] * 4 + [0.0] * 2)


def difficulty_besides(now: Standing, module_id: int) -> float:
    """The mean difficulty of what would be offered of other modules."""
    _, weighed = choose(now, Inputs(clock.now(), 1, {}))
    own = [
        (one.variant.difficulty, chance)
        for one, chance in zip(weighed.candidates, weighed.suggestion.propensities, strict=True)
        if one.module.id != module_id and one.variant
    ]
    return sum(level * chance for level, chance in own) / sum(chance for _, chance in own)


def test_a_learner_reads_that_their_wishes_made_steps_harder(client: Client, ada: User, wide: Enrollment) -> None:
    on_offer(wide, Modality.TEXT, 2)
    first = recommend_next(again(wide))
    override(again(wide), Request(Wish.TOO_EASY))
    step = override(again(wide), Request(Wish.TOO_EASY))
    client.force_login(ada)

    before, page = (client.get(reverse("adaptive:why", args=[one.pk])).content.decode() for one in (first, step))

    words = aimed_at(1.0, 0.675)
    assert words.startswith("You found more things too easy than too hard, so steps are meant to be a little harder")
    assert words in page
    assert "You found more things" not in before


def test_time_weighs_more_for_who_found_things_too_long_and_no_more_than_so_often(wide: Enrollment) -> None:
    usual = in_a_hurry(standing(wide), SETTINGS).time
    weights = []
    for _ in range(5):
        because(wide, Reason.LONG)
        weights.append(in_a_hurry(standing(wide), SETTINGS).time / usual)

    assert weights == pytest.approx([2.0, 3.0, 4.0, 4.0, 4.0])
    assert in_a_hurry(later(standing(wide), LATELY), SETTINGS) == SETTINGS
