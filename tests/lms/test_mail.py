"""Mail that cannot be sent stops nobody, and a wrong address of a mail server is refused at start."""

import socket
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from environs import EnvError

from courses.models import User
from lms.environment import mail_from

SIGN_UP = {
    "email": "lin@example.org",
    "first_name": "Lin",
    "password1": "staple battery correct",
    "password2": "staple battery correct",
}


@pytest.fixture
def no_mail_server(settings: Any) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        settings.EMAIL_PORT = probe.getsockname()[1]
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = "django.core.mail.backends.smtp.EmailBackend", "127.0.0.1"


def test_signing_up_works_without_a_mail_server(db: None, client: Client, no_mail_server: None) -> None:
    page = client.post("/accounts/signup/", SIGN_UP, follow=True)

    assert page.status_code == 200
    assert User.objects.get().email == "lin@example.org"
    assert "could not send the email" in page.content.decode()


def test_a_password_reset_says_that_no_mail_was_sent(ada: User, client: Client, no_mail_server: None) -> None:
    page = client.post("/accounts/password/reset/", {"email": ada.email}, follow=True)

    assert page.status_code == 200
    assert "could not send the email" in page.content.decode()


def test_with_a_mail_server_the_mail_is_sent(ada: User, client: Client) -> None:
    page = client.post("/accounts/password/reset/", {"email": ada.email}, follow=True)

    assert [letter.to for letter in mail.outbox] == [[ada.email]]
    assert "could not send" not in page.content.decode()


@pytest.mark.parametrize(
    ("url", "backend"),
    [
        ("console://", "console"),
        ("smtp://mail.example.org:25", "smtp"),
        ("submission://ada:secret@mail.example.org:587", "smtp"),
        ("file:///var/mail/adept", "filebased"),
    ],
)
def test_each_kind_of_mail_server_has_its_backend(url: str, backend: str) -> None:
    assert mail_from(url)["EMAIL_BACKEND"].split(".")[-2] == backend


def test_a_folder_for_mail_is_taken_from_the_root() -> None:
    assert mail_from("file:///var/mail/adept")["EMAIL_FILE_PATH"] == "/var/mail/adept"


@pytest.mark.parametrize(("query", "seconds"), [("", 20), ("?timeout=60", 60), ("?timeout=0", 20)])
def test_no_mail_server_is_waited_for_without_end(query: str, seconds: int) -> None:
    assert mail_from(f"smtp://mail.example.org:25{query}")["EMAIL_TIMEOUT"] == seconds


@pytest.mark.parametrize("url", ["smtp://host:mail", "smtp://host?timeout=long"])
def test_an_address_that_cannot_be_read_is_refused_by_its_name(url: str) -> None:
    with pytest.raises(EnvError, match='"EMAIL_URL" is not the address of a mail server'):
        mail_from(url)


@pytest.mark.parametrize("url", ["consolemail://", "smtp+tls://host", "mail.example.org", ""])
def test_an_unknown_kind_is_refused(url: str) -> None:
    with pytest.raises(EnvError, match='"EMAIL_URL" must start with one of console://'):
        mail_from(url)
