"""Jobs that travel through a folder arrive whole, each once, however many write and read at the same time."""

import threading
from collections.abc import Iterator
from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection, Queue
from kombu.exceptions import ChannelError

import lms.celery  # noqa: F401 - names the transport
from lms.environment import broker_from
from lms.queue import Channel

LARGE = "x" * 200_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "queue"


@pytest.fixture
def connection(folder: Path) -> Iterator[Connection]:
    address, options = broker_from("", folder)
    with Connection(address, transport_options=options) as connection:
        yield connection


def channel_of(connection: Connection) -> Channel:
    channel = connection.channel()
    assert isinstance(channel, Channel)
    Queue("celery", channel=channel).declare()
    return channel


def test_messages_come_out_in_order_and_once(connection: Connection) -> None:
    channel = channel_of(connection)

    for number in range(3):
        channel._put("celery", {"number": number})

    assert [channel._get("celery")["number"] for _ in range(3)] == [0, 1, 2]
    with pytest.raises(Empty):
        channel._get("celery")


def test_a_reader_never_sees_half_a_message(connection: Connection) -> None:
    channel, reader, sent = channel_of(connection), channel_of(connection), 200

    def write() -> None:
        for number in range(sent):
            channel._put("celery", {"number": number, "body": LARGE})

    writer = threading.Thread(target=write)
    writer.start()
    read = []
    while len(read) < sent:
        try:
            message = reader._get("celery")
        except Empty:
            assert writer.is_alive() or list(Path(reader.data_folder_in).glob("*.msg")), "a message was lost"
            continue
        read.append(message["number"])
        assert message["body"] == LARGE
    writer.join()

    assert sorted(read) == list(range(sent))


def test_a_message_that_cannot_be_read_stops_nobody(connection: Connection, folder: Path) -> None:
    channel = channel_of(connection)
    (folder / "jobs" / "00_broken.celery.msg").write_text('{"half')
    channel._put("celery", {"number": 1})

    with pytest.raises(Empty):
        channel._get("celery")

    assert channel._get("celery") == {"number": 1}


def test_a_folder_that_is_gone_is_an_error_that_says_so(connection: Connection, folder: Path) -> None:
    channel = channel_of(connection)
    (folder / "jobs").rmdir()

    with pytest.raises(ChannelError, match="Cannot write a message"):
        channel._put("celery", {})
