"""Whoever signs in, confirms an address or changes a password reads our words, not a library's."""

from pathlib import Path

import allauth
import pytest
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.conf import settings
from django.test import Client
from django.urls import reverse

from courses.models import User
from tests.journeys.pages import names_of_ours

OURS = str(settings.BASE_DIR / "templates")
ARGUMENTS = {"account_confirm_email": ["not-a-key"], "account_reset_password_from_key": ["1", "not-a-key"]}
PAGES = sorted(name for name in names_of_ours() if name.startswith("account_"))
MESSAGES = Path(OURS, "account", "messages")
LIBRARY = Path(allauth.__file__).parent / "templates" / "account" / "messages"
OF_OTHER_SETTINGS = {"login_code_sent.txt", "phone_verification_sent.txt", "phone_verified.txt"}


def drawn_from(client: Client, address: str) -> str:
    """Where the template of the page lies; nothing when it is no page."""
    response = client.get(address)
    return response.templates[0].origin.name if response.status_code == 200 else ""


@pytest.fixture(params=["nobody", "somebody", "without a password"])
def visitor(request: pytest.FixtureRequest, client: Client, ada: User) -> Client:
    if request.param == "without a password":
        ada.set_unusable_password()
        ada.save()
    if request.param != "nobody":
        client.force_login(ada)
    return client


@pytest.mark.parametrize("name", PAGES)
def test_every_account_page_is_ours(visitor: Client, name: str) -> None:
    drawn = drawn_from(visitor, reverse(name, args=ARGUMENTS.get(name)))

    assert not drawn or drawn.startswith(OURS)


def test_a_link_that_works_asks_in_our_words(client: Client, ada: User) -> None:
    key = EmailConfirmationHMAC(EmailAddress.objects.create(user=ada, email=ada.email)).key

    asked = client.get(reverse("account_confirm_email", args=[key]))

    assert "Is this your address?" in asked.content.decode()
    client.post(reverse("account_confirm_email", args=[key]))
    assert EmailAddress.objects.get().verified


def test_every_message_is_in_our_words() -> None:
    theirs = {path.name for path in LIBRARY.iterdir()} - OF_OTHER_SETTINGS

    assert theirs - {path.name for path in MESSAGES.iterdir()} == set()


def test_each_address_has_the_buttons_that_do_something(client: Client, ada: User) -> None:
    EmailAddress.objects.create(user=ada, email=ada.email, primary=True, verified=True)
    EmailAddress.objects.create(user=ada, email="ada@home.example", verified=True)
    client.force_login(ada)

    page = client.get(reverse("account_email")).content.decode()
    client.post(reverse("account_email"), {"email": "ada@home.example", "action_primary": ""})

    ada.refresh_from_db()
    assert page.count('name="action_primary"') == page.count('name="action_remove"') == 1
    assert 'name="action_send"' not in page
    assert ada.email == "ada@home.example"
