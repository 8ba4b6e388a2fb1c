"""The accounts of a simulated operator, and the configuration with which Fourwire connects to them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import yaml

from sandbox.servers import discover_vendors
from sandbox.servers.base import Access, SandboxAccount
from sandbox.world.model import World


def accounts_of(world: World, base_url: str) -> list[SandboxAccount]:
    """Every account of the operator, reachable under `base_url`/<account id>.

    One whose vendor is not simulated yet is left out.
    """
    vendors = discover_vendors()
    brands_of: dict[tuple[str, str], list[str]] = {}
    for brand in world.brands.values():
        brands_of.setdefault((brand.platform, brand.account_id), []).append(brand.key)
    for platform, account_id in world.systems.items():
        if vendors[platform].ACCESS.kind == "ads":
            # As agencies set it up: each brand pays for its own ads.
            brands_of |= {(platform, f"{account_id}-{key}"): [key] for key in world.brands}
        else:
            brands_of[platform, account_id] = list(world.brands)
    return [
        _account(world, name, brand_keys, platform, vendors[platform].ACCESS, f"{base_url}/{name}")
        for (platform, name), brand_keys in brands_of.items()
        if platform in vendors
    ]


def _account(
    world: World, account_id: str, brand_keys: list[str], platform: str, access: Access, url: str
) -> SandboxAccount:
    return SandboxAccount(
        account_id=account_id,
        platform=platform,
        brand_keys=tuple(brand_keys),
        base_url=url,
        token_url=url + access.token_path if access.token_path else None,
        credentials={
            key: prefix + _secret(world.seed, account_id, key) for key, prefix in access.credentials.items()
        },
        options={**access.options, **{name: url + path for name, path in access.paths.items()}},
    )


def _secret(seed: int, account_id: str, key: str) -> str:
    return hashlib.sha256(f"{seed}:{account_id}:{key}".encode()).hexdigest()[:32]


def info(control_url: str, accounts: list[SandboxAccount]) -> dict[str, Any]:
    """What a script needs in order to talk to the sandbox directly."""
    return {
        "control_url": control_url,
        "accounts": [
            {
                "account_id": account.account_id,
                "platform": account.platform,
                "base_url": account.base_url,
                "token_url": account.token_url,
                "credentials": account.credentials,
                "options": account.options,
            }
            for account in accounts
        ],
    }


def write_info(path: Path, control_url: str, accounts: list[SandboxAccount]) -> None:
    _replace(path, json.dumps(info(control_url, accounts), indent=2) + "\n", mode=0o600)


def write_config(path: Path, world: World, accounts: list[SandboxAccount]) -> None:
    """Write the operator file; its secrets go beside it, as `<stem>.secrets.toml` for the owner alone."""
    secrets = path.with_name(f"{path.stem}.secrets.toml")
    _replace(secrets, _secrets_toml(accounts), mode=0o600)
    document = operator_document(world, accounts, secrets.name)
    _replace(path, yaml.safe_dump(document, sort_keys=False, allow_unicode=True), mode=0o644)


def operator_document(world: World, accounts: list[SandboxAccount], secrets_file: str) -> dict[str, Any]:
    """The operator file's content; `ingestion.config` reads it."""
    return {
        "name": world.operator_name,
        "currency": "USD",
        "secrets_file": secrets_file,
        "brands": [
            {
                "key": brand.key,
                "name": brand.name,
                "timezone": brand.timezone,
                "trades": list(brand.trades),
                "own_phones": [brand.office_phone, *_tracking_phones(world, brand.campaign_ids)],
                "service_zips": list(brand.service_zips),
            }
            for brand in world.brands.values()
        ],
        "accounts": [_account_document(world, account) for account in accounts],
        "attribution": {
            "default_window_days": 90,
            "window_days_by_trade": {"plumbing": 60, "electrical": 60, "hvac": 90, "roofing": 120},
            "new_customer_after_months": 24,
            "gross_margin": "0.45",
        },
    }


def _tracking_phones(world: World, campaign_ids: tuple[int, ...]) -> list[str]:
    phones = (world.campaigns[campaign_id].tracking_phone for campaign_id in campaign_ids)
    return [phone for phone in phones if phone is not None]


def _account_document(world: World, account: SandboxAccount) -> dict[str, Any]:
    brand = world.brands[account.brand_keys[0]]
    document: dict[str, Any] = {"account_id": account.account_id, "platform": account.platform}
    if len(account.brand_keys) == 1:
        document["brand"] = brand.key
    document |= {"timezone": brand.timezone, "base_url": account.base_url}
    if account.token_url is not None:
        document["token_url"] = account.token_url
    if account.options:
        document["options"] = dict(account.options)
    return document


def _secrets_toml(accounts: list[SandboxAccount]) -> str:
    sections = []
    for account in accounts:
        if account.credentials:
            pairs = "\n".join(f"{key} = {json.dumps(value)}" for key, value in account.credentials.items())
            sections.append(f"[accounts.{account.account_id}]\n{pairs}\n")
    return "\n".join(sections)


def _replace(path: Path, text: str, mode: int) -> None:
    """Write whole or not at all: whoever waits for the file never reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.draft")
    draft.touch(mode=mode)
    draft.write_text(text, encoding="utf-8")
    draft.chmod(mode)
    draft.replace(path)
