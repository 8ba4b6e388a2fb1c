"""Which systems record what happens to the operator. The world is the same under every layout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.servers import discover_vendors
from sandbox.servers.base import Access
from sandbox.world.brands import DEFAULT_SYSTEMS, OPERATOR_ACCOUNTS, brands
from sandbox.world.model import Brand, World

# The brands that move when one platform is to be tried; the third keeps what only some platforms can hold.
MOVABLE_BRANDS = ("bluebird", "summit")
# Of what a dispatch platform keeps, the part that is the platform's and not the brand's way of working.
_PLATFORM_KEEPS = frozenset({"campaign_costs", "late_customers", "name_parts", "payments", "slot_lengths"})


@dataclass(frozen=True)
class Layout:
    """The systems of the operator.

    Attributes:
        dispatch: Brand key -> dispatch platform, for brands that are not on their usual one.
        systems: Platforms that serve the whole operator: CRM, call tracking, ads, spend files.
    """

    dispatch: Mapping[str, str] = field(default_factory=dict)
    systems: tuple[str, ...] = DEFAULT_SYSTEMS

    @classmethod
    def including(cls, platform: str) -> Layout:
        """The usual systems, changed as little as possible so that `platform` is among them.

        Raises:
            ValueError: no such platform is simulated.
        """
        if platform in DEFAULT_SYSTEMS:
            return cls()
        kind = _access(platform).kind
        if kind == "dispatch":
            return cls({} if platform in _usual_dispatch() else dict.fromkeys(MOVABLE_BRANDS, platform))
        others = [name for name in DEFAULT_SYSTEMS if kind != "crm" or _access(name).kind != "crm"]
        return cls(systems=(*others, platform))


def arrange(world: World, layout: Layout) -> None:
    """Say in `world` who records what.

    Raises:
        ValueError: the layout names an unknown brand or platform, or none or several CRMs.
    """
    for brand_key, platform in layout.dispatch.items():
        if brand_key not in world.brands:
            raise ValueError(f"no brand {brand_key!r}; known: {', '.join(world.brands)}")
        if _access(platform).kind != "dispatch":
            raise ValueError(f"{platform!r} is no dispatch platform")
        _move(world.brands[brand_key], platform)
    crms = [name for name in layout.systems if _access(name).kind == "crm"]
    if len(crms) != 1:
        raise ValueError(f"an operator has one CRM; the layout names {crms or 'none'}")
    for name in layout.systems:
        if _access(name).kind == "dispatch":
            raise ValueError(f"{name!r} is a dispatch platform: give it a brand")
    world.systems = {name: OPERATOR_ACCOUNTS[name] for name in layout.systems}
    _place_costs(world)


def _move(brand: Brand, platform: str) -> None:
    if platform == brand.platform:
        return
    brand.platform, brand.account_id = platform, f"{platform}-{brand.key}"
    brand.dispatch_keeps = (brand.dispatch_keeps - _PLATFORM_KEEPS) | _access(platform).keeps


def _place_costs(world: World) -> None:
    """An ad platform knows what its channels cost; the spend file has the rest."""
    advertises = {channel: name for name in world.systems for channel in _access(name).channels}
    for campaign in world.campaigns.values():
        if campaign.channel in advertises:
            campaign.cost_source = advertises[campaign.channel]
        elif campaign.cost_source == "dispatch":
            keeps = world.brands[campaign.brand_key].dispatch_keeps
            campaign.cost_source = "dispatch" if "campaign_costs" in keeps else "file"


def _usual_dispatch() -> set[str]:
    return {brand.platform for brand in brands()}


def _access(platform: str) -> Access:
    vendors = discover_vendors()
    if platform not in vendors:
        raise ValueError(f"no simulated vendor {platform!r}; known: {', '.join(sorted(vendors))}")
    return vendors[platform].ACCESS  # type: ignore[no-any-return]
