"""The page stands alone, says what the tables say, and draws where the numbers are."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import numpy as np
import pytest

from mlcore.evaluation.charts import Bar, Line, curves, intervals, reliability_plot
from mlcore.evaluation.dump import Dump
from mlcore.evaluation.findings import Findings
from mlcore.evaluation.page import page
from mlcore.evaluation.words import verdict
from tests.mlcore.dumps import predictions

VOID = {"meta", "br", "line", "circle", "polyline"}


class Tags(HTMLParser):
    """Checks that tags are closed in order, and gathers what is there."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attributes: object) -> None:
        self.seen.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.fixture(scope="module")
def findings() -> Findings:
    table = predictions({"rasch_eb": 0.7, "best_lr": 0.65, "adept": 0.8}, courses=2)
    table["course"] = table["course"].replace("course 1", "<b>R&D</b>")
    return Findings.of(Dump(table), ["rasch_eb", "best_lr"], ["rasch_eb"])


@pytest.fixture(scope="module")
def tags(findings: Findings) -> Tags:
    tags = Tags()
    tags.feed(page(findings))
    return tags


def test_the_page_needs_no_other_file_and_no_script(findings: Findings, tags: Tags) -> None:
    text = page(findings)

    assert not {"script", "link", "img", "iframe", "object"} & set(tags.seen)
    assert not re.search(r"https?:|src=|@import|url\(", text)
    assert tags.open == []
    assert 'name="viewport"' in text
    assert "prefers-color-scheme: dark" in text


def test_names_of_courses_are_text_wherever_they_stand(tags: Tags) -> None:
    assert "b" not in tags.seen
    assert sum("<b>R&D</b>" in words for words in tags.words) >= 3


def test_every_course_has_its_verdict_and_three_plots(findings: Findings, tags: Tags) -> None:
    words = "".join(tags.words)

    for where in findings.courses:
        assert verdict(findings, where).text in words
    assert tags.seen.count("svg") == 3 * len(findings.courses)
    assert words.count("hit") >= sum(target.verdict == "hit" for target in findings.targets)


def test_words_are_explained_only_if_they_are_used(findings: Findings, tags: Tags) -> None:
    words = "".join(tags.words)

    assert "a Rasch model whose spread" in words
    assert "ratings of learners" not in words
    assert "Cohort" not in words
    of_cohort = predictions({"rasch_eb": 0.7, "adept": 0.8}, courses=1, cohort=20)
    assert "<dt>Cohort</dt>" in page(Findings.of(Dump(of_cohort), ["rasch_eb"], ["rasch_eb"]))


def circles(svg: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', svg)]


def test_curves_rise_where_numbers_do() -> None:
    (low, middle, high) = circles(curves([Line("adept", 0, [(0, 0.5), (1, 0.55), (2, 0.6)])], ["0", "1", "5"], "plot"))

    assert low[0] < middle[0] < high[0]
    assert low[1] > middle[1] > high[1]  # down is larger
    assert middle[1] == pytest.approx((low[1] + high[1]) / 2)
    assert middle[0] == pytest.approx((low[0] + high[0]) / 2)


def test_an_interval_around_0_is_drawn_across_the_middle() -> None:
    svg = intervals(
        [Bar("k=1", -0.01, 0.0, 0.01, "elo", "level"), Bar("k=3", -0.03, -0.02, -0.01, "elo", "ahead")], "x"
    )

    zero = float(re.search(r'class="zero" x1="([\d.]+)"', svg)[1])
    (even, _), (better, _) = circles(svg)
    assert even == zero
    assert better < zero
    assert '<g class="ahead">' in svg


def test_true_chances_lie_on_the_diagonal() -> None:
    svg = reliability_plot([(0, np.array([0.0, 1.0]), np.array([0.0, 1.0]))], "plot")

    ends = re.search(r'class="zero" x1="([\d.]+)" y1="([\d.]+)" x2="([\d.]+)" y2="([\d.]+)"', svg)
    assert ends
    assert circles(svg) == [(float(ends[1]), float(ends[2])), (float(ends[3]), float(ends[4]))]
