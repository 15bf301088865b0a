"""Every component in every state on one page, for whoever designs or writes pages. Served in DEBUG and demo only."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe

STATES = ("Not started", "Attempted", "Familiar", "Proficient", "Mastered")


class EveryField(forms.Form):
    """One field of each kind."""

    name = forms.CharField(help_text="As it should stand on your certificate.")
    email = forms.EmailField(label="Email address")
    minutes = forms.IntegerField(label="Minutes a day", required=False, min_value=5)
    goal = forms.ChoiceField(
        label="What brings you here", choices=[("job", "My job"), ("exam", "An exam"), ("joy", "Curiosity")]
    )
    pace = forms.ChoiceField(
        label="Pace",
        widget=forms.RadioSelect,
        choices=[("calm", "Calm: 10 minutes a day"), ("steady", "Steady: 25 minutes a day")],
        help_text="You can change this any time.",
    )
    ways = forms.MultipleChoiceField(
        label="Ways of learning you like",
        widget=forms.CheckboxSelectMultiple,
        required=False,
        choices=[("text", "Reading"), ("video", "Watching"), ("interactive", "Trying out")],
    )
    about = forms.CharField(label="About you", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    picture = forms.FileField(label="A picture", required=False)
    consent = forms.BooleanField(label="My trainer may see my answers")


def styleguide(request: HttpRequest) -> HttpResponse:
    """Show all components with made-up content."""
    wrong = EveryField({"name": "Ada", "email": "ada(at)example.org", "goal": "job"})
    wrong.is_valid()
    return render(
        request,
        "styleguide.html",
        {"form": EveryField(), "wrong_form": wrong, **words(), **surroundings(), **pictures()},
    )


def html(text: str) -> SafeString:
    return mark_safe(text)  # our own literals below, nothing typed by anybody


def words() -> dict[str, Any]:
    """What lists, questions and ways of teaching need."""
    return {
        "crumbs": [("Courses", "#"), ("Python foundations", "#"), ("Loops", "")],
        "tabs": [
            {"label": "Overview", "url": "#", "current": True},
            {"label": "Learners", "url": "#", "count": 34},
            {"label": "Questions", "url": "#", "count": 118},
        ],
        "reasons": [
            "Loops build on conditions, which you know well (Proficient, fairly sure).",
            "You missed two of the last three questions about ranges.",
            "After three texts in a row, a worked example keeps things varied.",
        ],
        "options": [("a", "3"), ("b", "3.5"), ("c", "4"), ("d", "It stops with an error")],
        "order_items": [("p", "Read the file"), ("q", "Open the file"), ("r", "Close the file")],
        "lefts": [("l1", "list"), ("l2", "dict", "r1"), ("l3", "tuple")],
        "rights": [("r1", "pairs of keys and values"), ("r2", "can grow"), ("r3", "cannot change")],
        "cards": [
            (html("What does <code>//</code> do?"), html("<p>Divides and rounds <em>down</em>.</p>")),
            (html("What is <code>7 % 2</code>?"), html("<p>1, what is left over.</p>")),
            (html("When is a <code>while</code> loop done?"), html("<p>When its condition is false.</p>")),
        ],
        "steps": [
            ("Say it in words", html("<p>We want every second number from 0 up to 8.</p>")),
            ("Choose the range", html("<p><code>range(0, 9, 2)</code>: start, stop before, step.</p>")),
            ("Check the ends", html("<p>The stop is not included, so 9 lets 8 through.</p>")),
        ],
        "project_steps": [("1", "Read the numbers", True), ("2", "Count each one", False), ("3", "Print them", False)],
    }


def surroundings() -> dict[str, Any]:
    """What stands around a text."""
    return {
        "outline": [
            {"title": "Values and types", "url": "#", "state": 4},
            {"title": "Names and assignment", "url": "#", "state": 3},
            {"title": "For loops", "url": "#", "state": 1, "current": True},
            {"title": "While loops", "state": 0, "locked": True},
        ],
        "figures": [
            ("34", "learners"),
            ("71 %", "answered right, last 7 days"),
            ("9 days", "to Proficient, middle half 6 to 14"),
        ],
    }


def pictures() -> dict[str, Any]:
    """What bands, maps, tables and charts need."""
    names = ("Values", "Names", "Conditions", "For loops", "While loops", "Functions")
    places = ((16, 90), (224, 90), (432, 16), (432, 164), (640, 164), (640, 16))
    known = zip((4, 3, 2, 1, 0, 0), (93, 78, 61, 38, 30, 25), (4, 8, 14, 26, 30, 30), strict=True)
    nodes = [node(title, place, *seen) for title, place, seen in zip(names, places, known, strict=True)]
    skills = [{**one, "state": one["step"], "unsure": one["sparse"], "text": band_words(one)} for one in nodes]
    return {
        "nodes": nodes,
        "edges": [
            {"path": edge(places[start], places[end]), "is_open": start < 2}
            for start, end in ((0, 1), (1, 2), (1, 3), (3, 4), (2, 5))
        ],
        "skills": skills,
        "moves": [
            {**skills[3], "direction": "up", "change": "up by about 12 points"},
            {**skills[2], "direction": "level", "change": "as before, a little surer"},
        ],
        "heat_skills": names,
        "heat_rows": [("Ada Lovelace", skills), ("Grace Hopper", skills[::-1]), ("Noor Khan", skills[2:] + skills[:2])],
        **charts(),
        **scatter(),
        **learner_table(),
    }


def node(title: str, place: tuple[int, int], step: int, mean: int, spread: int) -> dict[str, Any]:
    """A skill on the map."""
    return {
        "title": title,
        "lines": [title],
        "url": "#",
        "x": place[0],
        "y": place[1],
        "step": step,
        "state": STATES[step],
        "is_next": title == "For loops",
        "mean_x": mean,
        "low_x": max(mean - spread, 0),
        "high_x": min(mean + spread, 100),
        "sparse": spread > 20,
    }


def band_words(skill: dict[str, Any]) -> str:
    return f"{skill['title']}: {skill['mean_x']} %, between {skill['low_x']} and {skill['high_x']} %"


def edge(start: tuple[int, int], end: tuple[int, int]) -> str:
    """A calm curve from the right side of one node to the left side of the next."""
    (x1, y1), (x2, y2) = (start[0] + 176, start[1] + 44), (end[0], end[1] + 44)
    middle = (x1 + x2) // 2
    return f"M{x1} {y1} C{middle} {y1} {middle} {y2} {x2} {y2}"


def charts() -> dict[str, Any]:
    weeks = [(52, 44, 60), (57, 51, 63), (61, 56, 66), (60, 56, 64), (68, 64, 72), (71, 67, 75)]
    return {
        "line_columns": [
            {"label": "Week"},
            {"label": "Answered right", "number": True, "unit": "%"},
            {"label": "Low", "number": True, "role": "low"},
            {"label": "High", "number": True, "role": "high"},
        ],
        "line_rows": [
            [{"text": str(week), "header": True}, *({"text": str(n), "number": True} for n in row)]
            for week, row in enumerate(weeks, 1)
        ],
        "bar_columns": [{"label": "Day"}, {"label": "Minutes", "number": True, "unit": "min"}],
        "bar_rows": [
            [{"text": day, "header": True}, {"text": str(minutes), "number": True}]
            for day, minutes in (
                ("Mon", 22),
                ("Tue", 31),
                ("Wed", 8),
                ("Thu", 27),
                ("Fri", 35),
                ("Sat", 0),
                ("Sun", 14),
            )
        ],
    }


def scatter() -> dict[str, Any]:
    return {
        "scatter_columns": [{"label": "Facility"}, {"label": "Discrimination", "number": True}],
        "scatter_rows": [
            [{"text": f"{facility / 100:.2f}", "header": True}, {"text": f"{discrimination / 100:.2f}", "number": True}]
            for facility, discrimination in (
                (32, 41),
                (48, 52),
                (55, 18),
                (61, 47),
                (72, 38),
                (78, 30),
                (84, 22),
                (91, 4),
            )
        ],
    }


def learner_table() -> dict[str, Any]:
    return {
        "learner_columns": [
            {"label": "Learner", "url": "#"},
            {"label": "Last here", "url": "#", "sorted": "descending"},
            {"label": "Answers", "number": True},
            {"label": "Right", "number": True},
            {"label": "Why you see this"},
        ],
        "learner_rows": [
            [
                {"text": name, "url": "#", "header": True},
                last,
                {"text": count, "number": True},
                {"text": right, "number": True},
                why,
            ]
            for name, last, count, right, why in (
                ("Ada Lovelace", "2 hours ago", "148", "81 %", "On track"),
                ("Grace Hopper", "9 days ago", "61", "64 %", "Slower than at her own start; stuck at For loops"),
                ("Noor Khan", "yesterday", "1 204", "72 %", "Asked for help twice"),
            )
        ],
    }
