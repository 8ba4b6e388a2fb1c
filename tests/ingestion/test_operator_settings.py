"""What the operator configures, as the models read it; what makes no sense is refused with the reason."""

from __future__ import annotations

from decimal import Decimal

import pytest
from pydantic import ValidationError

from ingestion.config import Attribution, OfficeHours, OperatorConfig
from ingestion.operator_tables import _settings

BRAND = {"key": "north", "name": "North", "timezone": "America/Chicago"}
ACCOUNT = {"account_id": "north", "platform": "dispatch", "brand": "north", "timezone": "America/Chicago"}


def settings(**parts: object) -> dict[str | None, str | None]:
    operator = OperatorConfig.model_validate(
        {"name": "Sample", "brands": [BRAND], "accounts": [ACCOUNT], **parts}
    )
    return {row[0]: row[1] for row in _settings(operator)}


def test_hours_are_minutes_of_the_day() -> None:
    rows = settings(office_hours={"opens": "07:30", "closes": "19:00", "days": [6, 1, 1]})
    assert rows["office_hours.opens_minute"] == "450"
    assert rows["office_hours.closes_minute"] == "1140"
    assert rows["office_hours.days"] == "1,6"


def test_a_margin_that_nobody_configured_is_not_written() -> None:
    assert not [key for key in settings() if key and "margin" in key]
    rows = settings(attribution={"gross_margin": "0.45", "gross_margin_by_trade": {"roofing": "0.35"}})
    assert rows["attribution.gross_margin.default"] == "0.45"
    assert rows["attribution.gross_margin.roofing"] == "0.35"


@pytest.mark.parametrize(
    ("opens", "closes", "days", "said"),
    [
        ("17:00", "08:00", [1], "closes must be later than opens"),
        ("08:00", "17:00", [], "at least one"),
        ("08:00", "17:00", [0, 1], "from 1 \\(Monday\\) to 7"),
    ],
)
def test_hours_that_never_open_are_refused(opens: str, closes: str, days: list[int], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        OfficeHours.model_validate({"opens": opens, "closes": closes, "days": days})


def test_margins_by_trade_need_one_for_the_others() -> None:
    with pytest.raises(ValidationError, match="needs gross_margin too"):
        Attribution(gross_margin_by_trade={"roofing": Decimal("0.35")})
