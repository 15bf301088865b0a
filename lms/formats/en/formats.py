"""How dates and times are written on every page; templates ask for DATE_FORMAT and DATETIME_FORMAT."""

DATE_FORMAT = SHORT_DATE_FORMAT = "j M Y"
DATETIME_FORMAT = SHORT_DATETIME_FORMAT = "j M Y, H:i"
TIME_FORMAT = "H:i"
