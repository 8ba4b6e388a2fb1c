"""Reaching a FieldEdge tenant: its Open API, and the folder into which its exports are dropped."""

from __future__ import annotations

import threading

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from ingestion.http import ClientCredentials, StaticHeaders, VendorClient
from ingestion.limits import RateLimit
from ingestion.sources.fieldedge.assumptions import API_URL, KINDS, PATHS, TOKEN_URL
from ingestion.sources.fieldedge.drop import Drop, read_drop
from ingestion.spec import Connection, CredentialSpec

CREDENTIALS = (
    CredentialSpec("client_id", "Marketplace › Apps › your app, after FieldEdge's API onboarding form"),
    CredentialSpec("client_secret", "beside the client id; shown once"),
    CredentialSpec("target_id", "the tenant id that the web portal shows"),
)


class Options(BaseModel):
    """`accounts[].options` of a FieldEdge account; exactly one of `path` and `url`.

    Attributes:
        path: The drop folder as a pattern such as `exports/fieldedge/*.csv`, relative to where Fourwire
            runs.
        url: The same as a folder on a web server that lists its files as JSON (nginx: autoindex_format
            json).
        columns: Kind of file -> field -> the column that holds it, where it is not the assumed one.
        paths: Record -> path below base_url, where it is not the assumed one.
        requests_per_second: No limit is published.
        refresh_days: A record that no export says anything new of is read again after this long.
        lead_days: A lead younger than this is read with every pull.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str | None = None
    url: str | None = None
    columns: dict[str, dict[str, str]] = Field(default_factory=dict)
    paths: dict[str, str] = Field(default_factory=dict)
    requests_per_second: float = Field(default=4.0, gt=0)
    refresh_days: int = Field(default=30, ge=1)
    lead_days: int = Field(default=30, ge=1)

    @model_validator(mode="after")
    def _one_place(self) -> Options:
        if bool(self.path) == bool(self.url):
            raise ValueError("give either path or url: the folder into which exports are dropped")
        return self

    @field_validator("columns")
    @classmethod
    def _known_fields(cls, columns: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
        for kind, fields in columns.items():
            if kind not in KINDS:
                raise ValueError(f"no kind of file {kind!r}; known: {', '.join(KINDS)}")
            known = [field.name for field in KINDS[kind].every_field]
            for name in fields:
                if name not in known:
                    raise ValueError(f"{kind} has no field {name!r}; known: {', '.join(known)}")
        return columns

    @field_validator("paths")
    @classmethod
    def _known_paths(cls, paths: dict[str, str]) -> dict[str, str]:
        for name, path in paths.items():
            if name not in PATHS:
                raise ValueError(f"no path {name!r}; known: {', '.join(PATHS)}")
            if "{id}" in PATHS[name] and "{id}" not in path:
                raise ValueError(f"path of {name} needs {{id}}, such as {PATHS[name]}")
        return paths


class TenantCredentials(ClientCredentials):
    """Client credentials of the marketplace, which ask for the tenant too (`target_id`).

    The documents show a JSON body, a published client's test a form; the form is what is sent.
    """

    def __init__(self, token_url: str, client_id: str, client_secret: str, target_id: str) -> None:
        super().__init__(token_url, client_id, client_secret)
        self._form["target_id"] = target_id


class TenantClient(VendorClient):
    """The tenant's API, and its drop folder as it stood when the run began."""

    def __init__(self, connection: Connection) -> None:
        account = connection.account
        options: Options = connection.options
        per_second = options.requests_per_second
        super().__init__(
            connection,
            base_url=account.base_url or API_URL,
            auth=TenantCredentials(
                token_url=account.token_url or TOKEN_URL,
                client_id=connection.secret("client_id"),
                client_secret=connection.secret("client_secret"),
                target_id=connection.secret("target_id"),
            ),
            limits={"default": RateLimit(per_second, max(1, int(per_second)))},
        )
        # The folder is another server: the tenant's token must not go there.
        self._folder = VendorClient(
            connection,
            base_url=options.url or "",
            auth=StaticHeaders({}),
            limits={"default": RateLimit(per_second=10, burst=10)},
        )
        self._options = options
        self._drop: Drop | None = None
        self._reading = threading.Lock()

    def drop(self) -> Drop:
        """Every object of a run sees the same files; they are read once.

        Raises:
            ConfigError: no file matches the path.
        """
        with self._reading:
            if self._drop is None:
                self._drop = read_drop(self._account, self._options, self._folder)
            return self._drop

    def path_of(self, record: str, native_id: str = "") -> str:
        return self._options.paths.get(record, PATHS[record]).replace("{id}", native_id)

    def close(self) -> None:
        self._folder.close()
        super().close()


def open_client(connection: Connection) -> VendorClient:
    return TenantClient(connection)
