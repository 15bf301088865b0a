"""Jobs that travel through a folder, for the demo: Celery's own transport, without its races.

That one writes a message where a reader may pick it up half written, and a reader that does so dies.
"""

import json
import os
import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

import structlog
from kombu.exceptions import ChannelError
from kombu.transport import filesystem

log = structlog.get_logger(__name__)

TRIES, PAUSE = 50, 0.02  # for a table of queues that somebody is writing just now


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]  # two names above
        """Write the message aside and move it into place: a reader sees all of it, or none."""
        place = Path(self.data_folder_out) / f"{time.time_ns():020d}_{uuid.uuid4()}.{queue}.msg"
        draft = place.with_suffix(".draft")
        try:
            draft.write_text(json.dumps(payload), encoding="utf-8")
            os.replace(draft, place)
        except OSError as problem:
            raise ChannelError(f"Cannot write a message to {place.parent}: {problem.strerror}") from problem

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        """Return the next message. One that cannot be read is dropped: rows are the truth, and are swept again."""
        try:
            return super()._get(queue)
        except ValueError as problem:
            log.error("message_unreadable", queue=queue, reason=str(problem))
            raise Empty from problem

    def get_table(self, exchange: str) -> Any:
        """Return the queues of an exchange; while somebody writes them down, a little later."""
        for _ in range(TRIES):
            try:
                return super().get_table(exchange)
            except ValueError:
                time.sleep(PAUSE)
        raise ChannelError(f"The table of {exchange} cannot be read")


class Transport(filesystem.Transport):
    Channel = Channel
