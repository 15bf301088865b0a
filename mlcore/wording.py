"""How alike texts are: the cosine of their words and letters, weighted by how rare they are (TF-IDF).

Words (one and two in a row) and letters (three to five in a row, within a word) are hashed, so that a word which no
known text has still counts: a text full of such words is like none of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
from sklearn.preprocessing import normalize

from mlcore.encoders import Embed
from mlcore.interactions import Numbers

Vectors = Callable[[Sequence[str]], Any]  # n texts -> [n, d] of length 1 (or 0, for no words), sparse

HASHES = 2**18
BETWEEN_WORDS = re.compile(r"[\W_]+")
COUNTED = (
    {"analyzer": "word", "token_pattern": r"\S+", "ngram_range": (1, 2)},
    {"analyzer": "char_wb", "ngram_range": (3, 5)},
)


def learn_wording(known: Sequence[str], embed: Embed | None = None) -> Vectors:
    """Learn from known texts how rare words are, and return how to turn texts into vectors.

    With `embed`, its vectors are taken instead, scaled to length 1.
    """
    if embed is not None:
        return lambda texts: normalize(sparse.csr_array(np.asarray(embed(texts), np.float64)))
    counters = [HashingVectorizer(n_features=HASHES, alternate_sign=False, norm=None, **how) for how in COUNTED]
    words = [plain(text) for text in known]
    rarities = [TfidfTransformer(sublinear_tf=True).fit(counter.transform(words)) for counter in counters]

    def vectors(texts: Sequence[str]) -> Any:
        words = [plain(text) for text in texts]
        parts = [rare.transform(count.transform(words)) for count, rare in zip(counters, rarities, strict=True)]
        return normalize(sparse.hstack(parts, "csr"))

    return vectors


def plain(text: str) -> str:
    """Return the words alone, in lower case: `find_moment-arm` is three."""
    return BETWEEN_WORDS.sub(" ", text.lower()).strip()


def cosines(some: Any, others: Any) -> Numbers:
    """Return how alike each of some vectors is to each of the others.  [n, m]"""
    alike: Numbers = (some @ others.T).toarray()
    return alike
