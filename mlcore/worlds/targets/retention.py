"""What is remembered after a month, against schedules of repetition, at equal minutes; told from lives.

In the worlds of memory every lesson is one thing met once, so all take the same time, and lessons are a day apart. So
as many lessons are as many minutes: where learners took different numbers of them, nothing is compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mlcore.worlds.judging import Cohort
from mlcore.worlds.memories import TEST_AFTER
from mlcore.worlds.targets.aim import Aim, Wanted, Who, measured
from mlcore.worlds.targets.gains import OURS

SCHEDULES = ("leitner", "fixed_intervals")
AIM = f"recall {TEST_AFTER:.0f} days later above {{schedule}}, after as many lessons of one length"


def retention(cohorts: Sequence[Cohort]) -> Iterator[Aim]:
    """Check how much more is recalled than under each schedule, wherever one teaches."""
    for cohort in cohorts:
        for policy in OURS:
            for schedule in SCHEDULES:
                if {policy, schedule} <= cohort.end.keys() and cohort.is_equally_long(policy, schedule):
                    more = cohort.difference(policy, schedule)
                    who = Who(policy, cohort.world, cohort.horizon)
                    wanted = Wanted("> 0, all of the interval", more.low > 0)
                    yield measured(AIM.format(schedule=schedule), who, more, wanted)
