"""The order of a course decides between equals, and hardly more."""

import numpy as np
import pytest

from mlcore.ordering import BESIDE_PREREQUISITES, BY_ORDER_ALONE, MOST, order_terms

PLACES = np.array([2, 3, 9, 2, 0])
IS_NEW = np.array([True, True, True, True, False])


@pytest.mark.parametrize(("is_layered", "each"), [(True, BESIDE_PREREQUISITES), (False, BY_ORDER_ALONE)])
def test_each_new_module_further_on_costs_as_much_up_to_a_bound(is_layered: bool, each: float) -> None:
    terms = order_terms(PLACES, IS_NEW, is_layered)

    expected = [-min(each * further, MOST) for further in (0, 1, 7, 0)]
    assert terms[:4] == pytest.approx(expected)


def test_the_order_never_speaks_for_what_was_begun_before() -> None:
    terms = order_terms(PLACES, IS_NEW, is_layered=True)

    assert terms[4] == terms.min()


def test_where_nothing_is_new_there_is_no_order() -> None:
    assert not order_terms(PLACES, np.zeros(5, bool), is_layered=True).any()
