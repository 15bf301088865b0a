"""When an assignment by a rule begins to count: at once for a week or less, else a week before its last day."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from adaptive.adapting import read_standing
from adaptive.guarding import admitted
from adaptive.rehearsing import rehearse
from adaptive.rule_conditions import When
from adaptive.rule_forms import BLANK
from adaptive.rules import Then
from adaptive.serving import live_tutor
from courses import clock
from courses.models import Enrollment, User
from tests.adaptive.conftest import again
from tests.adaptive.ruled import ruled
from tests.adaptive.steered import in_days, module, next_for, offered


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland", "America/New_York"])
@pytest.mark.parametrize("moment", ["2026-03-04T00:00", "2026-03-04T23:59", "2026-10-29T00:10"])
def test_an_assignment_for_a_week_begins_on_the_day_the_rule_fires(
    wide: Enrollment, noor: User, zone: str, moment: str
) -> None:
    lasting = BLANK.action["lasting"]
    ruled(noor, wide.course, When.BEGUN, Then.ASSIGN, target=module(wide.course, 3), lasting=lasting)

    with timezone.override(ZoneInfo(zone)), clock.set_to(timezone.make_aware(datetime.fromisoformat(moment))):
        step = next_for(wide)

    assert (lasting, offered(step)) == (7, {"module-3"})


def test_an_assignment_farther_away_waits_until_a_week_before_and_the_dry_run_says_so(
    wide: Enrollment, noor: User
) -> None:
    target = module(wide.course, 3)
    rule = ruled(noor, wide.course, When.BEGUN, Then.ASSIGN, target=target, lasting=9)

    next_for(wide)
    told = rehearse(rule).cases[0].change
    standing = read_standing(again(wide), live_tutor(wide.course_id))

    assert [admitted(standing, in_days(days)).rule for days in (0, 1, 2, 9, 12)] == [
        "open",
        "open",
        "due",
        "due",
        "due",
    ]
    assert told.startswith(f"“{target}” would have waited until a week before its day: “")
