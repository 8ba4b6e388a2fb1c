"""Reaching an advertising account: hosts, consent, time zone, and what refusals look like."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import msgspec
from pydantic import BaseModel, ConfigDict, Field

from ingestion.config import ConfigError
from ingestion.http import CredentialsRejected, Dialect, StaticHeaders, VendorClient, VendorRefused
from ingestion.limits import RateLimit
from ingestion.sources.microsoft_ads.tokens import ConsentedAccess, TokenFile
from ingestion.spec import Connection, CredentialSpec, Page

REPORTING_URL = "https://reporting.api.bingads.microsoft.com"
CUSTOMERS_URL = "https://clientcenter.api.bingads.microsoft.com"
TOKEN_URL = "https://login.microsoftonline.com/common/oauth2/v2.0/token"
SCOPE = "https://ads.microsoft.com/msads.manage offline_access"

# ASSUMED: the rate of the reporting service is not published; a report needs a handful of requests.
LIMITS = {"default": RateLimit(per_second=4, burst=8)}
# ASSUMED code: CallRateExceeded, said in the body of a 400. A 429 is understood as well.
CALL_RATE_EXCEEDED = 117

CREDENTIALS = (
    CredentialSpec("developer_token", "Microsoft Advertising › Tools › Developer portal (a super admin's)"),
    CredentialSpec("client_id", "Azure portal › App registrations › your app › Application (client) ID"),
    CredentialSpec("client_secret", "the same app › Certificates & secrets › New client secret › Value"),
    CredentialSpec(
        "refresh_token", "from the consent of a user who can see the account; see connect-microsoft_ads.md"
    ),
)
# IANA name -> the value of ReportTimeZone.
TIME_ZONES = {
    "America/New_York": "EasternTimeUSCanada",
    "America/Detroit": "EasternTimeUSCanada",
    "America/Indiana/Indianapolis": "IndianaEast",
    "America/Chicago": "CentralTimeUSCanada",
    "America/Denver": "MountainTimeUSCanada",
    "America/Boise": "MountainTimeUSCanada",
    "America/Phoenix": "Arizona",
    "America/Los_Angeles": "PacificTimeUSCanadaTijuana",
    "America/Anchorage": "Alaska",
    "Pacific/Honolulu": "Hawaii",
}


class Options(BaseModel):
    """`accounts[].options` of an advertising account.

    Attributes:
        customer_id: The customer (manager account) under which the user sees the account.
        ad_account_id: The account's id, not its number (X…).
        report_time_zone: Microsoft's name of the account's time zone, where it is none of the usual ones.
        history_months: How far back a first pull reads.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)

    customer_id: str = Field(pattern=r"^\d+$")
    ad_account_id: str = Field(pattern=r"^\d+$")
    report_time_zone: str | None = None
    history_months: int = Field(default=36, ge=1, le=36)


class AdvertisingClient(VendorClient):
    """Asks the API with the account's headers, and fetches report files without them.

    A report's address is signed and lies with a storage service, which has no business with our tokens.
    """

    def __init__(self, connection: Connection, files: VendorClient, **settings: object) -> None:
        super().__init__(connection, **settings)  # type: ignore[arg-type]
        self._files = files

    def download(self, address: str) -> Page:
        return self._files.get(address, expect="text")

    def close(self) -> None:
        self._files.close()
        super().close()


def open_client(connection: Connection) -> VendorClient:
    account, options = connection.account, connection.options
    tokens = TokenFile(
        connection.settings.home.root / "tokens" / f"{account.account_id}.json",
        connection.secret("refresh_token"),
    )
    auth = ConsentedAccess(
        token_url=account.token_url or TOKEN_URL,
        form={
            "client_id": connection.secret("client_id"),
            "client_secret": connection.secret("client_secret"),
            "scope": SCOPE,
        },
        tokens=tokens,
        headers={
            "DeveloperToken": connection.secret("developer_token"),
            "CustomerId": options.customer_id,
            "CustomerAccountId": options.ad_account_id,
        },
    )
    base_url = account.base_url or REPORTING_URL
    return AdvertisingClient(
        connection,
        VendorClient(
            connection, base_url=base_url, auth=StaticHeaders({}), limits=LIMITS, follow_redirects=True
        ),
        base_url=base_url,
        auth=auth,
        limits=LIMITS,
        dialect=Dialect(retry_wait=judge(account.account_id), retry_statuses=frozenset({400})),
    )


def report_time_zone(timezone: str, options: Options, account_id: str) -> str:
    """Microsoft's name of the account's time zone.

    Raises:
        ConfigError: it is none that we know.
    """
    name = options.report_time_zone or TIME_ZONES.get(timezone)
    if name is None:
        raise ConfigError(
            f"account {account_id!r} (microsoft_ads): no Microsoft name is known for the time zone "
            f"{timezone}. Write it as accounts[].options.report_time_zone: a value of the API's "
            "ReportTimeZone, such as CentralTimeUSCanada."
        )
    return name


class _Error(msgspec.Struct):
    Code: int | None = None
    ErrorCode: str | None = None
    Message: str | None = None


class _Fault(msgspec.Struct):
    """A refusal of the API, or with `error` one of the token endpoint."""

    OperationErrors: list[_Error] = []
    Errors: list[_Error] = []
    error: str | None = None
    error_description: str = ""


def judge(account_id: str) -> Callable[[httpx.Response], float | None]:
    """Sort refusals with status 400: too many calls are tried again, anything else will not help itself."""

    def seconds(response: httpx.Response) -> float | None:
        fault = _fault_of(response)
        if fault is None:
            return None
        if fault.error is not None:
            # The lines after the first are for Microsoft's support.
            reason = fault.error_description.partition("\n")[0].strip()
            raise CredentialsRejected(
                f"account {account_id!r} (microsoft_ads) was refused a token ({fault.error}: {reason}). "
                "Check client_id and client_secret; if it is the refresh token, let the user consent again "
                "and store the new one as refresh_token.",
                stops_account=True,
            )
        errors = [*fault.OperationErrors, *fault.Errors]
        if any(error.Code == CALL_RATE_EXCEEDED for error in errors):
            return None
        said = "; ".join(f"{error.ErrorCode} ({error.Code}): {error.Message}" for error in errors)
        raise VendorRefused(
            f"account {account_id!r} (microsoft_ads): Microsoft refused: {said or 'without a reason'}. Check "
            "customer_id, ad_account_id and the other options; retrying cannot help.",
            400,
        )

    return seconds


def _fault_of(response: httpx.Response) -> _Fault | None:
    """What a 400 says; other statuses, and what a gateway in between says, are tried again."""
    if response.status_code != 400:
        return None
    try:
        return msgspec.json.decode(response.content, type=_Fault)
    except msgspec.DecodeError:
        return None
