"""What may stand in a rendered text: each tag with its attributes. No scripts, styles, SVG, forms or frames."""

PLAIN = [
    *["blockquote", "br", "del", "em", "h2", "h3", "h4", "h5", "h6", "hr", "s", "strong", "table", "tbody", "thead"],
    *["tr"],
]
WITH_CLASS = ["aside", "code", "li", "p", "span", "td", "th", "ul"]
MATH = [
    *["math", "menclose", "mfrac", "mi", "mmultiscripts", "mn", "mo", "mover", "mpadded", "mphantom", "mprescripts"],
    *["mroot", "mrow", "ms", "mspace", "msqrt", "mstyle", "msub", "msubsup", "msup", "mtable", "mtd", "mtext", "mtr"],
    *["munder", "munderover"],
]
MATH_ATTRIBUTES = [
    *[
        "accent",
        "accentunder",
        "columnalign",
        "columnlines",
        "columnspacing",
        "depth",
        "display",
        "displaystyle",
        "fence",
    ],
    *["form", "height", "largeop", "linethickness", "lspace", "mathvariant", "maxsize", "minsize", "movablelimits"],
    *["notation", "rowlines", "rowspacing", "rspace", "scriptlevel", "separator", "stretchy", "symmetric", "voffset"],
    *["width"],
]
ATTRIBUTES: dict[str, set[str]] = {
    **{tag: set() for tag in PLAIN},
    **{tag: {"class"} for tag in WITH_CLASS},
    **{tag: set(MATH_ATTRIBUTES) for tag in MATH},
    "a": {"href", "title"},
    "div": {"class", "tabindex", "role", "aria-label"},
    "img": {"src", "alt", "loading"},
    "input": {"type", "checked", "disabled", "aria-label"},
    "ol": {"start"},
    "pre": {"tabindex"},
}
