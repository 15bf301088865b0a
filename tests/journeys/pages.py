"""Every page we made: its address, and who looks at it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.urls import URLResolver, get_resolver, reverse

from adaptive.notifying import token_of
from courses.models import Cohort, Course, Question
from tests.journeys.cohort import (
    ada_enrolled,
    answered_question,
    latest_offer,
    open_question,
    person,
    reset_key,
    rule_of,
)

NOBODY = ""


@dataclass(frozen=True)
class Visit:
    """Who goes there, and what stands in the address."""

    who: str
    arguments: Callable[[], list[object]] = list


def slug() -> list[object]:
    return [Course.objects.get().slug]


def cohort() -> list[object]:
    return [Cohort.objects.get().pk]


def first(model: type) -> Callable[[], list[object]]:
    return lambda: [model.objects.order_by("pk").first().pk]


ENTRANCE = {
    "home": Visit(NOBODY),
    "account_login": Visit(NOBODY),
    "account_signup": Visit(NOBODY),
    "account_reset_password": Visit(NOBODY),
    "account_reset_password_done": Visit(NOBODY),
    "account_reset_password_from_key": Visit(NOBODY, lambda: list(reset_key())),
    "account_reset_password_from_key_done": Visit(NOBODY),
    "account_inactive": Visit(NOBODY),
    "account_email_verification_sent": Visit(NOBODY),
    "account_confirm_email": Visit(NOBODY, lambda: ["not-a-key"]),
}
LEARNER = {
    "adaptive:today": Visit("ada"),
    "adaptive:review": Visit("ada"),
    "adaptive:step": Visit("ada", slug),
    "adaptive:map": Visit("ada", slug),
    "adaptive:finished": Visit("ada", slug),
    "adaptive:question": Visit("ada", lambda: [open_question().pk]),
    "adaptive:outcome": Visit("ada", lambda: [answered_question().pk]),
    "adaptive:placement": Visit("ben", slug),
    "adaptive:why": Visit("ada", lambda: [latest_offer().pk]),
    "courses:catalog": Visit("ada"),
    "courses:course": Visit("ada", slug),
    "courses:me": Visit("ada"),
    "account_logout": Visit("ada"),
    "account_email": Visit("ada"),
    "account_change_password": Visit("ada"),
    "account_reauthenticate": Visit("ada"),
}
TRAINER = {
    "analytics:cohorts": Visit("grace"),
    "analytics:definitions": Visit("grace"),
    "analytics:cohort": Visit("grace", cohort),
    "analytics:questions": Visit("grace", cohort),
    "analytics:question": Visit("grace", lambda: [*cohort(), answered_question().question_version.question_id]),
    "analytics:learner": Visit("grace", lambda: [*cohort(), ada_enrolled().pk]),
    "adaptive:steer_cohort": Visit("grace", lambda: [*cohort(), *slug()]),
    "adaptive:steer_learner": Visit("grace", lambda: [*cohort(), ada_enrolled().pk]),
    "adaptive:why_for_trainer": Visit("grace", lambda: [*cohort(), ada_enrolled().pk, latest_offer().pk]),
    "adaptive:steer_nobodys": Visit("grace"),
    "adaptive:course_policy": Visit("grace", slug),
    "adaptive:cohort_rules": Visit("grace", lambda: [*cohort(), *slug()]),
    "adaptive:cohort_rule": Visit("grace", lambda: [*cohort(), *slug(), rule_of("grace").pk]),
    "adaptive:notice_wish": Visit("grace"),
    "adaptive:stop_notices": Visit("grace", lambda: [token_of(person("grace"))]),
}
AUTHOR = {
    "wagtailadmin_home": Visit("noor"),
    "adaptive:course_rules": Visit("noor", slug),
    "adaptive:course_rule": Visit("noor", lambda: [*slug(), rule_of("noor").pk]),
    "authoring_tree": Visit("noor", first(Course)),
    "authoring_flight": Visit("noor", first(Course)),
    "wagtailsnippets_courses_question:edit": Visit("noor", first(Question)),
}
ADMIN = {
    "admin:index": Visit("root"),
    "admin:courses_user_changelist": Visit("root"),
    "admin:courses_interaction_changelist": Visit("root"),
    "admin:analytics_questiontotal_changelist": Visit("root"),
}
PAGES = ENTRANCE | LEARNER | TRAINER | AUTHOR | ADMIN

# Addresses that show no page of their own: they take what is sent, go on to a page, or serve machines.
NO_PAGES = {
    "account_confirm_login_code",
    "account_set_password",
    "adaptive:answer",
    "adaptive:ask_for_placement",
    "adaptive:begin_placement",
    "adaptive:end_directive",
    "adaptive:end_nobodys",
    "adaptive:hint",
    "adaptive:next",
    "adaptive:override",
    "adaptive:practice",
    "adaptive:see_notice",
    "adaptive:stop_placement",
    "authoring_flight_progress",
    "authoring_flight_report",
    "authoring_fly",
    "authoring_move",
    "courses:change_token",
    "courses:enroll",
    "courses:note",
    "live",
    "media",
    "ready",
    "styleguide",  # for developers
}
OTHERS = ("admin:", "wagtail")  # the pages of Django and Wagtail; those that we changed have rows above


def address_of(name: str) -> str:
    return reverse(name, args=PAGES[name].arguments())


def names_of_ours() -> set[str]:
    """Every name of an address that is ours, outside the API."""
    return {name for name in _names(get_resolver(), "") if not name.startswith(OTHERS)}


def _names(resolver: URLResolver, prefix: str) -> Iterator[str]:
    for entry in resolver.url_patterns:
        if not isinstance(entry, URLResolver):
            yield from [f"{prefix}{entry.name}"] if entry.name else []
        elif str(entry.pattern) != "api/v1/":
            yield from _names(entry, f"{prefix}{entry.namespace}:" if entry.namespace else prefix)
