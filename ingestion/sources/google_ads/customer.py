"""The account itself: whether it is one that has figures, and what time it is there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from ingestion.config import ConfigError
from ingestion.http import CredentialsRejected, UnexpectedAnswer
from ingestion.sources.google_ads.answers import client_of, first_row
from ingestion.spec import PullContext

QUERY = "SELECT customer.id, customer.time_zone, customer.manager FROM customer LIMIT 1"
# "Most statistics" are there within three hours.
FIGURES_LAG = timedelta(hours=3)


class _Customer(msgspec.Struct):
    id: str
    timeZone: str
    manager: bool = False


class _Row(msgspec.Struct):
    customer: _Customer


@dataclass(frozen=True)
class Customer:
    """The account at the moment of asking; days are those of its own time zone, as in all its figures."""

    now: datetime

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def settled_through(self) -> date:
        """The last day of which nothing is missing any more."""
        return (self.now - FIGURES_LAG).date() - timedelta(days=1)


def asked_customer(context: PullContext) -> Customer:
    """Ask for the account before anything is asked of it.

    Raises:
        ConfigError: it is a manager account.
        CredentialsRejected: the user of the token has no access to it, or not by this way.
    """
    account_id, options = context.account.account_id, context.options
    try:
        row = first_row(context, QUERY)
    except CredentialsRejected as error:
        if error.stops_account:
            raise
        raise CredentialsRejected(
            f"{error} When the user has access through a manager account, "
            "accounts[].options.login_customer_id must name it.",
            stops_account=True,
        ) from error
    if row is None:
        raise UnexpectedAnswer(f"account {account_id!r} (google_ads): the account does not tell about itself")
    customer = msgspec.json.decode(row, type=_Row).customer
    if customer.manager:
        raise ConfigError(
            f"account {account_id!r} (google_ads): options.customer_id {options.customer_id} is a manager "
            "account, which has no figures. Name the advertiser's account there, and the manager in "
            "options.login_customer_id."
        )
    return Customer(client_of(context).vendor_time().astimezone(ZoneInfo(customer.timeZone)))
