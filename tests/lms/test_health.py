import pytest
from django.test import Client


def test_a_living_process_says_so_without_a_database(client: Client) -> None:
    assert client.get("/health/live").json() == {"status": "live"}


@pytest.mark.django_db
def test_a_site_with_a_database_is_ready(client: Client) -> None:
    assert client.get("/health/ready").json() == {"status": "ready"}


def test_nothing_is_changed_by_asking(client: Client) -> None:
    assert client.post("/health/live").status_code == 405
