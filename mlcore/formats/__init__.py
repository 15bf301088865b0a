"""Public data sets as their publishers hand them out, recognized by the names of their columns."""

from __future__ import annotations

from collections.abc import Iterable

from mlcore.formats.assistments import ASSISTMENTS_2009, ASSISTMENTS_2012, ASSISTMENTS_2015, ASSISTMENTS_2017
from mlcore.formats.datashop import DATASHOP_STEPS, DATASHOP_TRANSACTIONS, KDD_CUP_2010
from mlcore.formats.layout import Format
from mlcore.formats.oulad import OULAD

FORMATS = (
    ASSISTMENTS_2009,
    ASSISTMENTS_2012,
    ASSISTMENTS_2015,
    ASSISTMENTS_2017,
    DATASHOP_TRANSACTIONS,
    DATASHOP_STEPS,
    KDD_CUP_2010,
    OULAD,
)


def recognized(names: Iterable[str]) -> Format | None:
    """Return the first format all of whose telling columns are among these."""
    names = set(names)
    return next((known for known in FORMATS if names.issuperset(known.known_by)), None)
