"""Signing in for a token costs the same care as signing in on a page."""

import pytest
from allauth.account.models import EmailAddress
from pytest_django import Settings
from rest_framework.authtoken.models import Token

from courses.models import User
from tests.api.world import Caller

GOOD = {"email": "ada@example.org", "password": "correct horse battery"}


def test_the_right_password_gives_a_token_that_works(ada: User) -> None:
    given = Caller().post("token/", GOOD)
    caller = Caller()
    caller.headers = {"Authorization": f"Token {given.json()['token']}"}

    assert given.status_code == 200
    assert caller.get("courses/").status_code == 200


def test_the_email_address_is_the_same_in_any_case(ada: User) -> None:
    assert Caller().post("token/", GOOD | {"email": "ADA@example.org"}).status_code == 200


@pytest.mark.parametrize("wrong", [{"password": "wrong"}, {"email": "nobody@example.org"}])
def test_a_wrong_password_and_an_unknown_address_sound_the_same(ada: User, wrong: dict[str, str]) -> None:
    refused = Caller().post("token/", GOOD | wrong)

    assert refused.status_code == 400
    assert refused.json()["fields"] == {"password": ["Email and password do not go together."]}
    assert not Token.objects.exists()


def test_somebody_who_left_gets_no_token(ada: User) -> None:
    ada.is_active = False
    ada.save()

    assert Caller().post("token/", GOOD).status_code == 400


def test_a_token_of_somebody_who_left_is_worthless(ada: User, caller: Caller) -> None:
    ada.is_active = False
    ada.save()

    assert caller.get("courses/").status_code == 401


def test_guessing_has_to_pause_even_with_the_right_password(ada: User) -> None:
    for _ in range(5):
        Caller().post("token/", GOOD | {"password": "guess"})
    paused = Caller().post("token/", GOOD)

    assert paused.status_code == 429
    assert int(paused.headers["Retry-After"]) > 0


def test_an_address_must_be_confirmed_where_that_is_asked_for(ada: User, settings: Settings) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"

    assert Caller().post("token/", GOOD).json()["fields"].keys() == {"email"}

    EmailAddress.objects.create(user=ada, email=ada.email, verified=True, primary=True)
    assert Caller().post("token/", GOOD).status_code == 200


def test_a_revoked_token_is_worthless(caller: Caller) -> None:
    assert caller.post("token/revoke/").status_code == 204
    assert caller.get("courses/").status_code == 401
