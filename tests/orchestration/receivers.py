"""Local receivers of alerts: an HTTP server and a mail server, on real sockets."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Hook:
    """What a webhook received; `answers` are the statuses of the next requests, then 200."""

    url: str
    answers: list[int] = field(default_factory=list)
    attempts: int = 0
    taken: list[dict[str, Any]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)


@dataclass
class Mailbox:
    """What a mail server received; it knows no user, and refuses recipients that begin with `nobody`."""

    port: int
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)


@contextmanager
def hook() -> Iterator[Hook]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.attempts += 1
            status = received.answers.pop(0) if received.answers else 200
            if status == 200:
                received.taken.append(json.loads(body))
                received.ids.append(self.headers["Idempotency-Key"])
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with _serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
        received = Hook(f"http://127.0.0.1:{port}/services/T0/s3cr3t-token")
        yield received


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 local")
            while line := self.rfile.readline().decode().strip():
                verb, argument = line[:4].upper(), line[4:].strip()
                if verb == "EHLO":
                    self.say("250 local")
                elif verb == "RCPT" and "<nobody" in argument.lower():
                    self.say("550 no such mailbox")
                elif verb == "RCPT":
                    received.recipients.append(argument[len("TO:<") : -1])
                    self.say("250 ok")
                elif verb == "DATA":
                    self.say("354 go on")
                    received.mails.append(message_from_bytes(self.body(), policy=policy.default))
                    self.say("250 taken")
                elif verb == "QUIT":
                    return self.say("221 bye")
                else:
                    self.say("250 ok")

        def body(self) -> bytes:
            lines = []
            while (line := self.rfile.readline()) != b".\r\n":
                lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
            return b"".join(lines)

        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

    with _serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)) as port:
        received = Mailbox(port)
        yield received


@contextmanager
def _serving(server: socketserver.TCPServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
