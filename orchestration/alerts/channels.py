"""Handing a message to a channel: Slack-like webhook, generic webhook, mail. No error names a secret."""

from __future__ import annotations

import logging
import smtplib
import ssl
import time
from collections.abc import Callable, Sequence
from email.message import EmailMessage
from typing import Any

import httpx

from ingestion.config import AlertChannel, ConfigError, EmailChannel, Settings, SlackChannel
from orchestration.alerts.messages import Message, as_document, as_slack, as_text

# Seconds before each further attempt. A run may wait for this long, once per channel.
PAUSES = (1.0, 3.0, 9.0)
TIMEOUT_SECONDS = 10.0
LONGEST_RETRY_AFTER = 30.0

# httpx logs every address that it asks; a webhook's address is its secret.
logging.getLogger("httpx").setLevel(logging.WARNING)


class DeliveryFailed(Exception):
    """The channel did not take the message. The text holds no secret."""


class _Refused(DeliveryFailed):
    """Trying again would be answered the same."""


class _Later(DeliveryFailed):
    """The receiver asked to wait.

    Attributes:
        seconds: How long, as the receiver said; None when it did not.
    """

    def __init__(self, message: str, seconds: float | None = None) -> None:
        super().__init__(message)
        self.seconds = seconds


def deliver(
    settings: Settings, channel: AlertChannel, message: Message, pauses: Sequence[float] = PAUSES
) -> None:
    """Send `message`, trying again after a pause while the channel is only out of reach.

    Raises:
        DeliveryFailed: it was refused, or never within reach; or its secret is not set.
    """
    try:
        send = _sender(settings, channel, message)
    except ConfigError as error:
        raise _Refused(str(error)) from None
    for pause in (*pauses, None):
        try:
            return send()
        except _Later as error:
            if pause is None:
                raise
            time.sleep(max(pause, min(error.seconds or 0, LONGEST_RETRY_AFTER)))


def _sender(settings: Settings, channel: AlertChannel, message: Message) -> Callable[[], None]:
    if isinstance(channel, EmailChannel):
        password = settings.channel_secret(channel.name, "password") if channel.user else None
        mail = _mail(channel, message)
        return lambda: _send_mail(channel, mail, password.get_secret_value() if password else "")
    url = settings.channel_secret(channel.name, "url").get_secret_value()
    operator = settings.operator.name
    document = as_slack(message) if isinstance(channel, SlackChannel) else as_document(message, operator)
    return lambda: _post(url, document, message.message_id)


def _post(url: str, document: dict[str, Any], message_id: str) -> None:
    try:
        answer = httpx.post(
            url, json=document, headers={"Idempotency-Key": message_id}, timeout=TIMEOUT_SECONDS
        )
    except httpx.TransportError as error:
        # Not the error's own text: it may quote the address.
        raise _Later(f"not within reach ({type(error).__name__})") from None
    except (httpx.InvalidURL, httpx.UnsupportedProtocol):
        raise _Refused("its url is no address") from None
    if answer.is_success:
        return
    said = f"answered {answer.status_code}"
    if answer.status_code == 429 or answer.is_server_error:
        after = answer.headers.get("Retry-After", "")
        raise _Later(said, float(after) if after.isdigit() else None)
    raise _Refused(said)


def _mail(channel: EmailChannel, message: Message) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = channel.sender, ", ".join(channel.recipients)
    # A line break in a vendor's text must not become a header of its own.
    mail["Subject"] = " ".join(message.subject.split())
    mail["Message-ID"] = f"<{message.message_id}@{channel.sender.rpartition('@')[2] or 'fourwire'}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(as_text(message))
    return mail


def _send_mail(channel: EmailChannel, mail: EmailMessage, password: str) -> None:
    try:
        with _connected(channel) as server:
            if channel.user:
                server.login(channel.user, password)
            refused = server.send_message(mail)
    except (
        smtplib.SMTPAuthenticationError,
        smtplib.SMTPRecipientsRefused,
        smtplib.SMTPNotSupportedError,
    ) as error:
        raise _Refused(f"the mail server refused ({type(error).__name__})") from None
    except smtplib.SMTPResponseException as error:
        failure = _Refused if 500 <= error.smtp_code < 600 else _Later
        raise failure(f"the mail server answered {error.smtp_code}") from None
    except (smtplib.SMTPException, OSError) as error:
        raise _Later(f"the mail server is not within reach ({type(error).__name__})") from None
    if refused:
        raise _Refused(f"the mail server refused {len(refused)} of the recipients; the others have it")


def _connected(channel: EmailChannel) -> smtplib.SMTP:
    if channel.security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(channel.host, channel.port, timeout=TIMEOUT_SECONDS, context=context)
    server = smtplib.SMTP(channel.host, channel.port, timeout=TIMEOUT_SECONDS)
    if channel.security == "starttls":
        server.starttls(context=ssl.create_default_context())
    return server
