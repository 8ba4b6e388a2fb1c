"""Each channel is told once, is told again when it is news, and keeps its secret."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ingestion.config import ConfigError, Settings, load_settings
from orchestration import alerts
from orchestration.alerts import Round, preview, send_alerts
from orchestration.alerts.journal import Journal, journal
from orchestration.cli import app
from tests.orchestration.operators import gap, publish_ledger, write_operator
from tests.orchestration.receivers import Hook, Mailbox, hook, mailbox

RULE, WARNING = "completed_job_without_invoice", "lead_without_source"
MORNING = datetime(2026, 10, 6, 8, tzinfo=UTC)  # before the digest
HEALTH = ("3 outcome back", "Outcomes reach the CRM", 3, "broken", "2026-10-05 06:00:00", 4, 1, 0, 1, 0,
          "120.50", "2026-10-05 06:00:00", "2026-10-06 06:00:00")  # fmt: skip


@pytest.fixture
def slack(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hook]:
    with hook() as receiver:
        monkeypatch.setenv("FOURWIRE_SECRET_ALERTS_OPS_URL", receiver.url)
        yield receiver


@pytest.fixture
def mail() -> Iterator[Mailbox]:
    with mailbox() as receiver:
        yield receiver


def configured(home: Path, *channels: dict[str, object], **values: object) -> Settings:
    """Settings whose alerts go to `channels`; by default to one Slack-compatible webhook."""
    document = {"channels": list(channels) or [{"name": "ops", "kind": "slack"}], **values}
    return load_settings(config=write_operator(home.parent, alerts=document))


def tell(settings: Settings, now: datetime = MORNING) -> Round:
    return send_alerts(settings, now=now, pauses=(0, 0))


def texts(receiver: Hook) -> list[str]:
    return [json.dumps(document) for document in receiver.taken]


def test_a_gap_is_told_with_what_since_when_how_much_and_what_to_do(home: Path, slack: Hook) -> None:
    publish_ledger(home, [gap(RULE, "J-1", "120.50"), gap(RULE, "J-2", "80.25")], [HEALTH])
    done = tell(configured(home))
    (message,) = slack.taken
    assert message["text"] == "Test Operator: A completed job has an invoice, $200.75 at risk"
    (section,) = [block["text"]["text"] for block in message["blocks"] if block["type"] == "section"]
    for part in (
        "[ERROR] A completed job has an invoice: 2 new, $200.75 at risk",
        "job J-1 of account-1: expected an invoice, found none, $120.50",
        "Since 2026-10-05 06:00 UTC. Invoice it.",
        "<https://vendor.example/J-1|Look>",
    ):
        assert part in section
    assert [each.channel for each in done.delivered] == ["ops"]


def test_the_same_gap_is_told_once(home: Path, slack: Hook) -> None:
    publish_ledger(home, [gap(RULE, "J-1", "120.50")], [HEALTH])
    settings = configured(home)
    for hours in range(3):
        tell(settings, MORNING + timedelta(hours=hours))
    assert len(slack.taken) == 1
    publish_ledger(home, [gap(RULE, "J-1", "120.50"), gap(RULE, "J-2", "10")], [HEALTH])
    tell(settings)
    assert len(slack.taken) == 2
    assert "1 new" in texts(slack)[1]
    assert "J-1" not in texts(slack)[1]


@pytest.mark.parametrize(
    ("dollars", "columns", "counted"),
    [
        ("150.63", {}, "1 grown"),  # a quarter more, and a cent
        ("150.62", {}, None),
        ("120.50", {"times_opened": 2}, "1 again"),
        ("9.00", {}, None),
    ],
)
def test_a_gap_that_grew_or_reopened_is_told_again(
    home: Path, slack: Hook, dollars: str, columns: dict[str, object], counted: str | None
) -> None:
    settings = configured(home)
    publish_ledger(home, [gap(RULE, "J-1", "120.50")], [HEALTH])
    tell(settings)
    publish_ledger(home, [gap(RULE, "J-1", dollars, **columns)], [HEALTH])
    tell(settings)
    assert [counted in text for text in texts(slack)[1:]] == ([True] if counted else [])


@pytest.mark.parametrize("handling", ["acknowledged", "snoozed"])
def test_a_quiet_gap_speaks_again_when_its_time_is_over(home: Path, slack: Hook, handling: str) -> None:
    settings = configured(home)
    for state in ("unhandled", handling, handling, "unhandled"):
        publish_ledger(home, [gap(RULE, "J-1", "120.50", handling=state)], [HEALTH])
        tell(settings)
    assert len(slack.taken) == 2
    assert "1 again" in texts(slack)[1]


def test_a_gap_acknowledged_before_anybody_was_told_is_not_told(home: Path, slack: Hook) -> None:
    publish_ledger(home, [gap(RULE, "J-1", "120.50", handling="acknowledged")], [HEALTH])
    tell(configured(home))
    assert slack.taken == []


def test_channels_get_what_concerns_them(home: Path, slack: Hook, mail: Mailbox) -> None:
    publish_ledger(
        home,
        [
            gap(RULE, "J-1", "120.50"),
            gap(RULE, "J-9", "10", brand_key=None),
            gap(WARNING, "L-1", "5", severity="WARN"),
            gap(RULE, "J-2", "80", brand_key="south"),
        ],
        [HEALTH],
    )
    tell(
        configured(
            home,
            {"name": "ops", "kind": "slack"},
            {**email(mail), "min_severity": "WARN", "brands": ["north"]},
        )
    )
    assert "J-2" in texts(slack)[0]
    assert "L-1" not in texts(slack)[0]
    (sent,) = mail.mails
    assert [name in sent.get_content() for name in ("J-1", "J-9", "L-1", "J-2")] == [True, True, True, False]


def email(mail: Mailbox, **values: object) -> dict[str, object]:
    return {
        "name": "finance", "kind": "email", "host": "127.0.0.1", "port": mail.port, "security": "none",
        "sender": "fourwire@example.com", "recipients": ["dana@example.com", "lee@example.com"], **values,
    }  # fmt: skip


def test_mail_reaches_every_recipient_with_its_headers(home: Path, mail: Mailbox) -> None:
    publish_ledger(home, [gap(RULE, "J-1", "120.50", actual="none\r\nBcc: x@example.com")], [HEALTH])
    tell(configured(home, email(mail)))
    (sent,) = mail.mails
    assert mail.recipients == ["dana@example.com", "lee@example.com"]
    assert sent["Subject"] == "Test Operator: A completed job has an invoice, $120.50 at risk"
    assert sent["Auto-Submitted"] == "auto-generated"
    assert sent["Message-ID"].endswith("@example.com>")
    assert sent["Bcc"] is None
    assert "Since 2026-10-05 06:00 UTC. Invoice it." in sent.get_content()


def test_a_generic_webhook_gets_the_figures_as_json(home: Path, slack: Hook) -> None:
    publish_ledger(home, [gap(RULE, "J-1", "120.50")], [HEALTH])
    tell(configured(home, {"name": "ops", "kind": "webhook"}))
    (document,) = slack.taken
    (group,) = document["groups"]
    assert (document["operator"], document["kind"]) == ("Test Operator", "alert")
    assert (group["dollars_at_risk"], group["count"], group["since"]) == (
        "120.50",
        1,
        "2026-10-05T06:00:00+00:00",
    )
    assert slack.ids == [document["id"]]


def test_many_gaps_are_one_message_that_fits(home: Path, slack: Hook) -> None:
    long = "x" * 900
    rows = [gap(RULE, f"J-{n}", "1", actual=long) for n in range(60)]
    publish_ledger(home, [*rows, *(gap(f"rule_{n}", "J", "1") for n in range(60))], [HEALTH])
    tell(configured(home))
    (message,) = slack.taken
    assert len(message["blocks"]) <= 50
    assert all(len(block["text"]["text"]) <= 3000 for block in message["blocks"])
    assert "and 14 more topics" in texts(slack)[0]
    assert "and 55 more" in texts(slack)[0]


class TestDelivery:
    def test_an_answer_to_wait_is_waited_for(self, home: Path, slack: Hook) -> None:
        publish_ledger(home, [gap(RULE, "J-1", "120.50")], [HEALTH])
        slack.answers = [503, 429]
        assert tell(configured(home)).failed == ()
        assert (slack.attempts, len(slack.taken)) == (3, 1)

    def test_a_refusal_is_not_repeated_and_is_tried_the_next_time(self, home: Path, slack: Hook) -> None:
        publish_ledger(home, [gap(RULE, "J-1", "120.50")], [HEALTH])
        slack.answers = [404]
        settings = configured(home)
        (failed,) = tell(settings).failed
        assert (failed.error, slack.attempts) == ("answered 404", 1)
        assert tell(settings).failed == ()
        assert len(slack.taken) == 1

    def test_a_failing_channel_is_told_by_the_others(self, home: Path, slack: Hook, mail: Mailbox) -> None:
        publish_ledger(home, [gap(RULE, "J-1", "120.50")], [HEALTH])
        slack.answers = [500] * 6
        settings = configured(home, {"name": "ops", "kind": "slack"}, email(mail))
        (failed,) = tell(settings).failed
        assert failed.channel == "ops"
        assert "ops: answered 500" in mail.mails[0].get_content()
        tell(settings)  # still failing: no news
        tell(settings)  # it works again
        assert (len(slack.taken), len(mail.mails)) == (1, 1)

    def test_nobody_listening_is_a_failure_without_the_address(
        self, home: Path, slack: Hook, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        monkeypatch.setenv("FOURWIRE_SECRET_ALERTS_OPS_URL", "http://127.0.0.1:9/s3cr3t-token")
        publish_ledger(home, [gap(RULE, "J-1", "120.50")], [HEALTH])
        (failed,) = tell(configured(home)).failed
        assert failed.error == "not within reach (ConnectError)"
        assert "s3cr3t" not in caplog.text + (home / "alerts.sqlite").read_bytes().decode(errors="ignore")

    def test_a_secret_is_never_logged(
        self, home: Path, slack: Hook, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        publish_ledger(home, [gap(RULE, "J-1", "120.50")], [HEALTH])
        tell(configured(home))
        assert slack.taken
        assert "s3cr3t" not in caplog.text

    def test_a_missing_secret_is_named(self, home: Path) -> None:
        publish_ledger(home, [gap(RULE, "J-1", "120.50")], [HEALTH])
        (failed,) = tell(configured(home)).failed
        assert "set FOURWIRE_SECRET_ALERTS_OPS_URL" in str(failed.error)

    def test_a_refused_recipient_is_a_failure(self, home: Path, mail: Mailbox) -> None:
        publish_ledger(home, [gap(RULE, "J-1", "120.50")], [HEALTH])
        settings = configured(home, email(mail, recipients=["dana@example.com", "nobody@example.com"]))
        (failed,) = tell(settings).failed
        assert "refused 1 of the recipients" in str(failed.error)

    def test_a_crash_after_sending_repeats_the_message_once_under_its_id(
        self, home: Path, slack: Hook, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        publish_ledger(home, [gap(RULE, "J-1", "120.50")], [HEALTH])
        settings = configured(home)
        with monkeypatch.context() as crash:
            crash.setattr(Journal, "record_told", _crash)
            with pytest.raises(KeyboardInterrupt):
                tell(settings)
        for _ in range(3):
            tell(settings)
        assert len(slack.taken) == 2
        assert slack.ids[0] == slack.ids[1]


def _crash(*_: object) -> None:
    raise KeyboardInterrupt


class TestDigest:
    def test_it_comes_once_a_day_from_its_hour_on(self, home: Path, slack: Hook) -> None:
        publish_ledger(home, [gap(RULE, "J-1", "120.50")], [HEALTH])
        settings = configured(home, digest_hour_utc=9)
        for hours in (0, 1, 2, 24, 25, 26):
            tell(settings, MORNING + timedelta(hours=hours))
        subjects = [document["text"] for document in slack.taken]
        assert subjects[1:] == [
            "Test Operator, 2026-10-06: 1 open, $120.50 at risk",
            "Test Operator, 2026-10-07: 1 open, $120.50 at risk",
        ]

    def test_it_names_wires_quiet_gaps_and_what_healed(self, home: Path, slack: Hook) -> None:
        publish_ledger(
            home,
            [
                gap(RULE, "J-1", "120.50"),
                gap(RULE, "J-2", "80", handling="acknowledged"),
                gap(RULE, "J-3", "9", status="resolved", resolved_at="2026-10-06 05:00:00"),
                gap(RULE, "J-4", "9", status="resolved", resolved_at="2026-10-01 05:00:00"),
            ],
            [HEALTH],
        )
        tell(configured(home, digest_hour_utc=0))
        (digest,) = [text for text in texts(slack) if "2026-10-06:" in text]
        assert "Wire 3 outcome back: broken since 2026-10-05" in digest
        assert "1 gaps are acknowledged or snoozed, $80.00 at risk." in digest
        assert "1 gaps healed in the last day of data." in digest
        assert "1 open, $120.50" in digest

    def test_it_says_when_nothing_is_open(self, home: Path, slack: Hook) -> None:
        publish_ledger(home, [], [HEALTH])
        tell(configured(home, digest_hour_utc=0))
        assert [document["text"] for document in slack.taken] == [
            "Test Operator, 2026-10-06: nothing is open"
        ]

    def test_a_channel_may_do_without(self, home: Path, slack: Hook) -> None:
        publish_ledger(home, [], [HEALTH])
        tell(configured(home, {"name": "ops", "kind": "slack", "digest": False}, digest_hour_utc=0))
        assert slack.taken == []


def test_marts_that_grow_old_are_told_once_until_they_are_new(home: Path, slack: Hook) -> None:
    """For those who start runs with cron: nobody else would notice that it stopped."""
    publish_ledger(home, [], [HEALTH])
    settings = configured(home, publish_expected_hours=26, digest_hour_utc=23)
    published_at = datetime.now(UTC)
    tell(settings, published_at.replace(hour=1) + timedelta(hours=1))
    assert slack.taken == []
    late = published_at + timedelta(days=2)
    tell(settings, late.replace(hour=8))
    tell(settings, late.replace(hour=9))
    assert [document["text"] for document in slack.taken] == ["Test Operator: Nothing new is published"]


class TestCommands:
    def invoke(self, *arguments: str) -> str:
        result = CliRunner().invoke(app, ["alerts", *arguments])
        assert result.exit_code == 0, (result.output, result.exception)
        return result.output

    def test_a_sample_goes_to_each_channel(self, home: Path, slack: Hook, mail: Mailbox) -> None:
        configured(home, {"name": "ops", "kind": "slack"}, email(mail))
        assert self.invoke("test").count("✓") == 2
        assert "This is a test" in texts(slack)[0]
        assert "The channel finance works." in mail.mails[0].get_content()

    def test_a_preview_sends_nothing_and_records_nothing(self, home: Path, slack: Hook) -> None:
        publish_ledger(home, [gap(RULE, "J-1", "120.50")], [HEALTH])
        settings = configured(home)
        for _ in range(2):
            assert "job J-1 of account-1" in self.invoke("preview")
        assert slack.attempts == 0
        assert [each.kind for each in preview(settings)["ops"]] == ["alert", "digest"]

    def test_sending_is_logged_with_its_failures(self, home: Path, slack: Hook) -> None:
        publish_ledger(home, [gap(RULE, "J-1", "120.50")], [HEALTH])
        configured(home, digest_hour_utc=0)  # the command goes by the real clock: an alert and a digest
        slack.answers = [400, 400]
        assert CliRunner().invoke(app, ["alerts", "send"]).exit_code != 0
        self.invoke("send")
        errors = [each["error"] for each in json.loads(self.invoke("log", "--json"))]
        assert errors[-1] == "answered 400"
        assert errors[0] is None

    def test_without_channels_it_says_so(self, home: Path) -> None:
        result = CliRunner().invoke(app, ["alerts", "send"])
        assert "alerts.channels names nobody" in str(result.exception)


MAIL = {"name": "m", "kind": "email", "sender": "a@example.com", "recipients": ["b@example.com"]}


@pytest.mark.parametrize(
    ("channel", "complaint"),
    [
        ({"name": "ops", "kind": "pigeon"}, "kind"),
        (MAIL, "host"),
        ({**MAIL, "host": "h", "user": "u", "security": "none"}, "travels in the open"),
        ({"name": "ops", "kind": "slack", "url": "https://hooks.example.com/x"}, "url"),
        ({"name": "ops", "kind": "slack", "brands": ["south"]}, "no brands"),
    ],
)
def test_a_wrong_channel_is_refused_with_its_key(
    home: Path, channel: dict[str, object], complaint: str
) -> None:
    with pytest.raises(ConfigError, match=complaint):
        configured(home, channel)


def test_the_journal_outlives_the_marts(home: Path, slack: Hook) -> None:
    """Published versions come and go; who was told what is one file of its own."""
    settings = configured(home)
    publish_ledger(home, [gap(RULE, "J-1", "120.50")], [HEALTH])
    tell(settings)
    with journal(settings.home.alert_journal) as book:
        situation = alerts.look(settings, now=MORNING)
        assert book.news("ops", situation.matters, settings.operator.tolerances.gap_growth_share) == []
        assert len(book.deliveries()) == 1
