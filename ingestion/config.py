"""The one typed configuration object, read in one place.

Two inputs: the operator file (YAML, no secrets; `FOURWIRE_CONFIG`) and the secrets (`.dlt/secrets.toml`, or
environment variables). A wrong value is refused before anything starts, with the file, the key and what would
be right.
"""

from __future__ import annotations

import os
import tomllib
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

DEFAULT_HOME = Path("data")
DEFAULT_CONFIG = Path("config/operator.yml")


class ConfigError(Exception):
    """A configuration that cannot be used. The message names the file, the key and what would be right."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _checked_timezone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError(f"{value!r} is not an IANA time zone; write for example America/Chicago")
    return value


class Brand(_Strict):
    """One brand or location of the operator."""

    key: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    name: str
    timezone: str
    trades: tuple[str, ...] = ()
    # The brand's own numbers (office, tracking, answering service): they identify no household.
    own_phones: tuple[str, ...] = ()
    service_zips: tuple[str, ...] = ()

    _timezone = field_validator("timezone")(_checked_timezone)


class Account(_Strict):
    """One tenant of one vendor. `brand` is left out for a system that serves all brands, such as a CRM."""

    account_id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    platform: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    brand: str | None = None
    timezone: str
    base_url: str | None = None
    token_url: str | None = None
    start_on: date | None = None
    options: dict[str, Any] = Field(default_factory=dict)

    _timezone = field_validator("timezone")(_checked_timezone)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class PositionShares(_Strict):
    """Shares of credit for the ends of a journey; what is left goes to the touches between them."""

    first: Decimal = Field(default=Decimal("0.4"), ge=0, le=1)
    last: Decimal = Field(default=Decimal("0.4"), ge=0, le=1)

    @model_validator(mode="after")
    def _fits_into_one(self) -> PositionShares:
        if not 0 < self.first + self.last <= 1:
            raise ValueError("first and last together must be more than 0 and at most 1")
        return self


class WShapedShares(_Strict):
    """Shares of credit for a journey's three moments; what is left goes to all other touches."""

    first: Decimal = Field(default=Decimal("0.3"), ge=0, le=1)
    lead: Decimal = Field(default=Decimal("0.3"), ge=0, le=1)
    booked: Decimal = Field(default=Decimal("0.3"), ge=0, le=1)

    @model_validator(mode="after")
    def _fits_into_one(self) -> WShapedShares:
        if not 0 < self.first + self.lead + self.booked <= 1:
            raise ValueError("first, lead and booked together must be more than 0 and at most 1")
        return self


class Attribution(_Strict):
    """Look-back windows in days, by trade; see docs of the attribution models for what each bounds."""

    default_window_days: int = Field(default=90, ge=1, le=730)
    window_days_by_trade: dict[str, int] = Field(default_factory=dict)
    new_customer_after_months: int = Field(default=24, ge=1)
    half_life_days: Decimal = Field(default=Decimal(7), gt=0)
    position: PositionShares = PositionShares()
    w_shaped: WShapedShares = WShapedShares()
    # Markov and Shapley learn from the journeys of a brand's year; from fewer bookings than this they do not.
    smallest_population: int = Field(default=200, ge=1)
    # What is left of a dollar of revenue once the work is paid for; without it ROI and payback stay empty.
    gross_margin: Decimal | None = Field(default=None, gt=0, le=1)
    gross_margin_by_trade: dict[str, Decimal] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _trades_have_a_fallback(self) -> Attribution:
        if self.gross_margin_by_trade and self.gross_margin is None:
            raise ValueError("gross_margin_by_trade needs gross_margin too, for trades that it does not name")
        return self


class OfficeHours(_Strict):
    """When somebody answers the phone, in each brand's own time zone."""

    opens: time = time(8)
    closes: time = time(17)
    days: tuple[int, ...] = (1, 2, 3, 4, 5)  # 1 is Monday, 7 Sunday

    @model_validator(mode="after")
    def _some_hours_are_open(self) -> OfficeHours:
        if self.closes <= self.opens:
            raise ValueError("closes must be later than opens, on the same day")
        if not self.days or not set(self.days) <= set(range(1, 8)):
            raise ValueError("days must be numbers from 1 (Monday) to 7 (Sunday), at least one")
        return self


class Tolerances(_Strict):
    """What reconciliation lets pass. Money in the operator's currency, grace periods in hours."""

    invoice_amount: Decimal = Decimal("0.01")
    completed_without_invoice_hours: int = 72
    payment_without_invoice_hours: int = 48
    booked_without_job_hours: int = 24
    slot_minutes: int = Field(default=15, ge=0)
    missed_call_hours: int = Field(default=24, ge=1)
    # Who hangs up sooner has dialled wrongly and expects nobody to call back.
    missed_call_ring_seconds: int = Field(default=10, ge=0)
    lead_answer_hours: int = Field(default=24, ge=1)
    outcome_hours: int = Field(default=48, ge=1)
    outcome_amount: Decimal = Decimal("0.01")
    # So many records of one person in one dispatch account are let pass.
    customer_records: int = Field(default=2, ge=1)
    reference_hours: int = Field(default=48, ge=0)
    books_days: int = Field(default=3, ge=1)
    books_amount: Decimal = Decimal("0.01")
    books_tax_amount: Decimal = Decimal("0.05")
    # By then the bank has credited a deposit: five banking days, and a weekend.
    deposit_days: int = Field(default=7, ge=1)
    silent_account_hours: int = Field(default=72, ge=24)
    shrink_share: float = Field(default=0.2, gt=0, le=1)
    # A gap that was told or acknowledged speaks again once its dollars have grown by this share.
    gap_growth_share: Decimal = Field(default=Decimal("0.25"), ge=0)


class GapOwners(_Strict):
    """Who looks after the gaps of each wire, until one is assigned to somebody."""

    lead_in: str | None = None
    booking_out: str | None = None
    outcome_back: str | None = None
    one_customer: str | None = None

    def by_wire(self) -> dict[str, str]:
        """Wire, as the ledger names it, to owner."""
        owners = enumerate(self.model_dump().items(), start=1)
        return {f"{number} {name.replace('_', ' ')}": owner for number, (name, owner) in owners if owner}


class Remedies(_Strict):
    """What may be done about gaps without being asked. Money is never among it."""

    # Read accounts with fresh gaps again after each run; costs requests.
    repull: bool = False
    repull_days: int = Field(default=30, ge=1)


class _Channel(_Strict):
    """Where alerts go. What opens the door (an address with a token, a password) is in the environment."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    min_severity: Literal["ERROR", "WARN"] = "ERROR"
    brands: tuple[str, ...] = ()  # empty: all of them
    digest: bool = True


class SlackChannel(_Channel):
    """A Slack-compatible incoming webhook; its address is the secret `url`."""

    kind: Literal["slack"]


class WebhookChannel(_Channel):
    """Any receiver of JSON by POST; its address is the secret `url`."""

    kind: Literal["webhook"]


class EmailChannel(_Channel):
    """Mail by SMTP; where there is a `user`, the secret is `password`."""

    kind: Literal["email"]
    host: str
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    sender: str
    recipients: tuple[str, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _password_is_encrypted(self) -> EmailChannel:
        if self.user and self.security == "none":
            raise ValueError("user needs security: starttls or tls, or the password travels in the open")
        return self


AlertChannel = Annotated[SlackChannel | WebhookChannel | EmailChannel, Field(discriminator="kind")]


class Alerts(_Strict):
    """Who is told about gaps, failed runs, missed schedules and silent sources, and when."""

    channels: tuple[AlertChannel, ...] = ()
    # Where people reach the Dagster UI; messages link to it.
    ui_url: str | None = None
    digest_hour_utc: int = Field(default=12, ge=0, le=23)
    stale_after_hours: int = Field(default=26, ge=1)
    missed_after_minutes: int = Field(default=30, ge=1)
    # Without Dagster's schedules (cron): how old the newest published marts may be.
    publish_expected_hours: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _names_are_unique(self) -> Alerts:
        names = [channel.name for channel in self.channels]
        if len(names) > len(set(names)):
            raise ValueError("channels[].name must be unique")
        return self


class OperatorConfig(_Strict):
    """Everything about the operator that is not a secret."""

    name: str
    currency: str = Field(default="USD", pattern=r"^[A-Z]{3}$")
    brands: tuple[Brand, ...] = Field(min_length=1)
    accounts: tuple[Account, ...] = Field(min_length=1)
    attribution: Attribution = Attribution()
    office_hours: OfficeHours = OfficeHours()
    tolerances: Tolerances = Tolerances()
    gap_owners: GapOwners = GapOwners()
    alerts: Alerts = Alerts()
    remedies: Remedies = Remedies()
    secrets_file: Path | None = None
    # A steward's household decisions, relative to this file; identity_decisions.csv beside it unless named.
    identity_overrides_file: Path | None = None

    @model_validator(mode="after")
    def _references_hold(self) -> OperatorConfig:
        brands = [brand.key for brand in self.brands]
        accounts = [account.account_id for account in self.accounts]
        for label, keys in (("brands[].key", brands), ("accounts[].account_id", accounts)):
            doubled = sorted({key for key in keys if keys.count(key) > 1})
            if doubled:
                raise ValueError(f"{label} must be unique; given twice: {', '.join(doubled)}")
        for account in self.accounts:
            if account.brand is not None and account.brand not in brands:
                raise ValueError(
                    f"accounts[{account.account_id}].brand is {account.brand!r}, which no brands[].key has; "
                    f"known: {', '.join(brands)}"
                )
        return self

    @model_validator(mode="after")
    def _channels_name_known_brands(self) -> OperatorConfig:
        known = {brand.key for brand in self.brands}
        for channel in self.alerts.channels:
            unknown = sorted(set(channel.brands) - known)
            if unknown:
                raise ValueError(f"alerts.channels[{channel.name}].brands: no brands[].key is {unknown[0]!r}")
        return self

    def account(self, account_id: str) -> Account:
        for account in self.accounts:
            if account.account_id == account_id:
                return account
        known = ", ".join(account.account_id for account in self.accounts)
        raise ConfigError(f"no account {account_id!r} in the configuration; known: {known}")


class Environment(BaseSettings):
    """The process environment: where state lives and which operator file applies."""

    model_config = SettingsConfigDict(env_prefix="FOURWIRE_", extra="ignore")

    home: Path = DEFAULT_HOME
    config: Path = DEFAULT_CONFIG


class Home:
    """Every path that Fourwire writes to, under one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    @property
    def warehouse(self) -> Path:
        return self.root / "warehouse.duckdb"

    @property
    def landing(self) -> Path:
        return self.root / "landing"

    @property
    def sweeps(self) -> Path:
        return self.root / "sweeps"

    @property
    def published(self) -> Path:
        return self.root / "published"

    @property
    def review(self) -> Path:
        """What a steward needs to see; personal data, for the operator's own eyes."""
        return self.root / "review" / "review.duckdb"

    @property
    def reports(self) -> Path:
        return self.root / "reports"

    @property
    def data_docs(self) -> Path:
        return self.root / "data_docs"

    @property
    def gap_decisions(self) -> Path:
        return self.root / "gap_decisions.ndjson"

    @property
    def alert_journal(self) -> Path:
        return self.root / "alerts.sqlite"

    @property
    def dagster(self) -> Path:
        return self.root / "dagster"

    @property
    def dlt(self) -> Path:
        return self.root / "dlt"


class Settings:
    """Environment + operator + secrets, resolved once. Build it with `load_settings()`."""

    def __init__(
        self, home: Home, operator: OperatorConfig, config_path: Path, secrets: dict[str, dict[str, str]]
    ):
        self.home = home
        self.operator = operator
        self.config_path = config_path
        self._secrets = secrets

    def credential(self, account: Account, key: str) -> SecretStr:
        """The secret `key` of `account`: environment first, then the secrets file.

        Raises:
            ConfigError: neither holds it; the message names both places.
        """
        variable = secret_variable(account.account_id, key)
        value = os.environ.get(variable) or self._secrets.get(account.account_id, {}).get(key)
        if not value:
            raise ConfigError(
                f"account {account.account_id!r} ({account.platform}) has no credential {key!r}: "
                f'set {variable}, or write {key} = "…" under [accounts.{account.account_id}] in '
                f"{secrets_path(self.config_path, self.operator)}"
            )
        return SecretStr(value)

    def channel_secret(self, channel: str, key: str) -> SecretStr:
        """The secret `key` of an alert channel, from the environment alone.

        Raises:
            ConfigError: it is not set; the message names the variable.
        """
        variable = secret_variable(f"alerts-{channel}", key)
        value = os.environ.get(variable)
        if not value:
            raise ConfigError(f"alert channel {channel!r} has no {key}: set {variable}")
        return SecretStr(value)


def secret_variable(account_id: str, key: str) -> str:
    """The environment variable that holds one credential, e.g. FOURWIRE_SECRET_ST_NORTH_CLIENT_ID."""
    return f"FOURWIRE_SECRET_{account_id}_{key}".upper().replace("-", "_")


def secrets_path(config_path: Path, operator: OperatorConfig) -> Path:
    if operator.secrets_file is None:
        return Path(".dlt/secrets.toml")
    return (config_path.parent / operator.secrets_file).resolve()


def load_settings(home: Path | None = None, config: Path | None = None) -> Settings:
    """Read environment, operator file and secrets.

    Raises:
        ConfigError: the file is missing, is not YAML, or holds a wrong value.
    """
    environment = Environment()
    config_path = (config or environment.config).resolve()
    operator = read_operator(config_path)
    return Settings(
        home=Home(home or environment.home),
        operator=operator,
        config_path=config_path,
        secrets=_read_secrets(secrets_path(config_path, operator)),
    )


def read_operator(path: Path) -> OperatorConfig:
    """Parse and validate one operator file; see `load_settings` for the errors."""
    if not path.is_file():
        raise ConfigError(
            f"{path}: no operator configuration there. Point FOURWIRE_CONFIG at one, or start from "
            "config/operator.example.yml; `fourwire demo` needs none."
        )
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}: not valid YAML: {error}") from error
    if not isinstance(document, dict):
        raise ConfigError(f"{path}: must hold a mapping with the keys name, brands and accounts")
    try:
        return OperatorConfig.model_validate(document)
    except ValidationError as error:
        raise ConfigError(_explain(path, error)) from error


def _explain(path: Path, error: ValidationError) -> str:
    lines = []
    for problem in error.errors():
        key = ".".join(str(part) for part in problem["loc"]) or "(whole file)"
        given = problem.get("input")
        shown = f" (given: {given!r})" if isinstance(given, str | int | float) else ""
        lines.append(f"{path}: {key}: {problem['msg'].removeprefix('Value error, ')}{shown}")
    return "\n".join(lines)


def _read_secrets(path: Path) -> dict[str, dict[str, str]]:
    if not path.is_file():
        return {}
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError:
        # The parser's message may quote the offending line, and with it a secret: the position alone is safe.
        raise ConfigError(f"{path}: not valid TOML; check quoting and brackets") from None
    accounts = document.get("accounts", {})
    return {name: {key: str(value) for key, value in pairs.items()} for name, pairs in accounts.items()}
