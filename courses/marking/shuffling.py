"""Ids and orders that tell a learner nothing about the right answer.

Both depend on the secret key: the code is open and the seed may stand in an address, so neither may be enough to work
out in which order an author wrote something.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.utils.crypto import salted_hmac

Entry = dict[str, Any]


@lru_cache(maxsize=8192)
def shown_id(own_id: str, side: str = "") -> str:
    """Return the id under which something is shown."""
    return salted_hmac("courses.marking.shown_id", f"{side}:{own_id}").hexdigest()[:12]


def ids_by_shown_id(entries: Iterable[Entry], side: str = "") -> dict[str, str]:
    """Return the own id for each shown id. An own id stands for itself too, for whoever knows it already."""
    return {key: entry["id"] for entry in entries for key in (entry["id"], shown_id(entry["id"], side))}


def shuffled(entries: Iterable[Entry], seed: object) -> list[Entry]:
    """Return the entries in an order of their own for each seed."""
    return sorted(entries, key=lambda entry: _place(entry["id"], seed))


def _place(own_id: str, seed: object) -> bytes:
    return salted_hmac("courses.marking.shuffled", f"{seed}:{own_id}").digest()
