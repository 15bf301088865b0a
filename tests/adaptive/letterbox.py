"""A mail server that keeps what it is sent, for tests; it refuses everything while it is full."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any


class _Talk(socketserver.StreamRequestHandler):
    """One conversation in SMTP (RFC 5321)."""

    server: "Letterbox"

    def handle(self) -> None:
        self.say("220 letterbox")
        for line in self.rfile:
            verb = line[:4].upper().strip()
            if verb == b"QUIT":
                return self.say("221 bye")
            if verb == b"MAIL" and self.server.is_full:
                self.say("452 full")
            elif verb == b"DATA":
                self.say("354 go on")
                self.server.take(self.letter())
                self.say("250 kept")
            else:
                self.say("250 letterbox")
        return None

    def letter(self) -> bytes:
        lines = iter(self.rfile.readline, b".\r\n")
        return b"".join(line[1:] if line.startswith(b"..") else line for line in lines)

    def say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")


class Letterbox(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.is_full = False
        self.letters: list[EmailMessage] = []

    def take(self, raw: bytes) -> None:
        self.letters.append(message_from_bytes(raw, policy=policy.default))  # type: ignore[arg-type]


@contextmanager
def letterbox(settings: Any) -> Iterator[Letterbox]:
    """Let Django send to it."""
    with Letterbox() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        yield server
        server.shutdown()
