"""Numbers as people write them: 3.5, 3,5, 1 234.5, 12 cm, € 4, -2e3."""

import math
import re
import unicodedata
from dataclasses import dataclass

PLAIN = str.maketrans(
    dict(zip("０１２３４５６７８９．，−–", "0123456789.,--", strict=True))
    | dict.fromkeys("\u00a0\u202f\u2009\u2007", " ")
)
NUMBER = re.compile(
    r"(?P<currency>[$€£¥]?)\s*(?P<sign>[+-]?)\s*(?P<digits>[0-9.,]*[0-9][0-9.,]*)(?P<exponent>[eE][+-]?[0-9]{1,4})?\s*"
    r"(?P<unit>(?:[^\W\d_]|[%‰°€$£¥′″'\"])(?:[^\W\d_]|(?<=[^\W\d_])[0-9](?![^\W_])|\^-?[0-9]|[%‰°′″'\"²³¹⁻/·*(). ])*)?"
)
THOUSANDS_SPACE = re.compile(r"(?<=[0-9]) (?=[0-9]{3}(?![0-9]))")


@dataclass(frozen=True)
class TypedNumber:
    """Every number that was possibly meant (1,234 is two), and the unit; empty where there is none."""

    readings: tuple[float, ...]
    unit: str


def read_number(text: str) -> TypedNumber | None:
    """Return the number somebody typed, or nothing when it is none. Never infinite, never NaN."""
    found = NUMBER.fullmatch(THOUSANDS_SPACE.sub("", text.translate(PLAIN).strip()))
    if not found:
        return None
    plain = [f"{found['sign']}{digits}{found['exponent'] or ''}" for digits in _spellings(found["digits"])]
    readings = tuple(number for number in map(float, plain) if math.isfinite(number))
    return TypedNumber(readings, folded_unit(found["unit"] or found["currency"])) if readings else None


def folded_unit(unit: str) -> str:
    """Return a unit without differences that do not matter. Case does: mW is not MW."""
    return unicodedata.normalize("NFKC", unit.strip().removesuffix(".")).replace(" ", "").replace("^", "")


def as_text(number: float) -> str:
    return f"{number:.15g}"


def _spellings(digits: str) -> list[str]:
    """Return the digits with a decimal point, once for each way to read them."""
    found = []
    if re.fullmatch(r"[0-9]*\.?[0-9]+|[0-9]+\.", digits):
        found.append(digits)
    if re.fullmatch(r"[0-9]*,[0-9]+|[0-9]+,", digits):
        found.append(digits.replace(",", "."))
    if re.fullmatch(r"[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]*)?", digits):
        found.append(digits.replace(",", ""))
    if re.fullmatch(r"[1-9][0-9]{0,2}(\.[0-9]{3})+,[0-9]*", digits):
        found.append(digits.replace(".", "").replace(",", "."))
    return found
