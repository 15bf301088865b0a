"""Django's PostgreSQL backend, which tells a broken connection from its socket instead of by a question to the server.

A server that went away has closed the socket, and a closed socket has something to read: its end. To look costs
microseconds; `SELECT 1` before every request costs a round trip.
"""

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    def is_usable(self) -> bool:
        if self.connection is None or self.connection.closed:
            return False
        try:
            readable, _, _ = select.select([self.connection.fileno()], [], [], 0)
        except (OSError, ValueError):
            return False
        return not readable
