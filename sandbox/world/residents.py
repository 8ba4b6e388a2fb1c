"""Who lives where: households, their people and their properties, settled plot by plot.

A plot is a run of consecutive household ids that know each other: a family and the next owners of its house,
two namesakes next door, a building with its tenants; mostly it is one household. A plot's shape is drawn from
the seed and its first id, a household from the seed and its own id, so a larger world only appends
households.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from random import Random

from sandbox.world.brands import TERRITORIES
from sandbox.world.calendars import DAY
from sandbox.world.model import Household, Person, Property, World
from sandbox.world.names import (
    DIRECTIONS,
    FIRM_FORMS,
    FIRM_WORDS,
    FIRST_NAMES,
    LAST_NAMES,
    MAIL_DOMAINS,
    MANAGER_FORMS,
    STREET_NAMES,
    STREET_SUFFIXES,
)
from sandbox.world.noise import Noise
from sandbox.world.numbers import mailbox_suffix, phone_number

_HOUSE_NUMBERS = 2_300  # base numbers are multiples of four, so that a neighbour's number is free
# Even the smallest world has one of each unusual plot, at these household ids.
_SHOWCASE = {"_twins": 3, "_move": 5, "_landlord": 7, "_commercial": 8, "_managed_building": 9}
_STRIDE = 1_000_003  # coprime to the number of addresses of every town


@dataclass(slots=True)
class Site:
    """A property that a household looks after, for one brand, during a span of time."""

    brand_key: str
    property_id: int
    since: int
    until: int | None = None

    def held_at(self, instant: int) -> bool:
        return self.since <= instant and (self.until is None or instant < self.until)


@dataclass(slots=True)
class Story:
    """One household with what its simulation needs."""

    rng: Random
    household: Household
    members: list[Person]
    sites: list[Site]
    asks_from: int
    demand: float = 1.0  # how many more requests than an ordinary home
    manager_phone: str | None = None  # typed on the tenant's record instead of the tenant's own
    known_phones: dict[int, str] = field(default_factory=dict)  # person -> the number they call from


class Residents:
    """Settles households into the world; each call to `settle` continues after the last id."""

    def __init__(self, world: World, noise: Noise) -> None:
        self._world = world
        self._noise = noise
        self._phones = count()

    def settle(self, households: int) -> Iterator[Story]:
        first_id = 1
        while first_id <= households:
            plot = self._plot(first_id)
            for story in plot:
                if story.household.id <= households:
                    yield story
            first_id += len(plot)

    def _plot(self, first_id: int) -> list[Story]:
        rng = Random(f"{self._world.seed}:plot:{first_id}")
        brand_key = rng.choices(
            tuple(TERRITORIES), weights=[town.demand_share for town in TERRITORIES.values()]
        )[0]
        noise, lot = self._noise, rng.random()
        for share, shape in (
            (noise.twin_next_door, self._twins),
            (noise.moves_away, self._move),
            (noise.landlord, self._landlord),
            (noise.commercial, self._commercial),
            (noise.managed_building, self._managed_building),
        ):
            if lot < share or (share and first_id == _SHOWCASE.get(shape.__name__)):
                return shape(first_id, brand_key, rng)
            lot -= share
        return [self._family(first_id, self._property(brand_key, rng), brand_key)]

    def _family(
        self,
        household_id: int,
        home: Property,
        brand_key: str,
        *,
        since: int | None = None,
        namesake: tuple[str, str] | None = None,
    ) -> Story:
        rng = self._rng(household_id)
        moved_in = self._world.starts_at - 3000 * DAY if since is None else since
        members = self._couple(household_id, rng, namesake)
        story = self._story(household_id, "residential", members, [Site(brand_key, home.id, moved_in)], rng)
        story.asks_from = max(self._world.starts_at, moved_in)
        if rng.random() < self._noise.second_home:
            other_key = rng.choice([key for key in TERRITORIES if key != brand_key])
            story.sites.append(Site(other_key, self._property(other_key, rng).id, moved_in))
            self._refresh_residences(story)
        return story

    def _move(self, first_id: int, brand_key: str, rng: Random) -> list[Story]:
        old_home, new_home = self._property(brand_key, rng), self._property(brand_key, rng)
        span = self._world.clock_starts_at - self._world.starts_at
        moved_at = self._world.starts_at + int(span * rng.uniform(0.25, 0.75))
        leaving = self._family(first_id, old_home, brand_key)
        leaving.sites[0].until = moved_at
        leaving.sites.append(Site(brand_key, new_home.id, moved_at))
        leaving.demand = 1.8
        self._refresh_residences(leaving)
        arriving = self._family(first_id + 1, old_home, brand_key, since=moved_at + 20 * DAY)
        return [leaving, arriving]

    def _twins(self, first_id: int, brand_key: str, rng: Random) -> list[Story]:
        namesake = (rng.choice(FIRST_NAMES[:40]), rng.choice(LAST_NAMES[:20]))
        home = self._property(brand_key, rng)
        number, _, street = home.street.partition(" ")
        next_door = self._property(brand_key, rng)
        next_door.street, next_door.zip = f"{int(number) + 2} {street}", home.zip
        next_door.unit = None
        return [
            self._family(first_id, home, brand_key, namesake=namesake),
            self._family(first_id + 1, next_door, brand_key, namesake=namesake),
        ]

    def _managed_building(self, first_id: int, brand_key: str, rng: Random) -> list[Story]:
        lobby = self._property(brand_key, rng)
        lobby.unit = None
        manager = self._firm(first_id, brand_key, "property_manager", lobby, rng.choice(MANAGER_FORMS))
        stories = [manager]
        for position in range(rng.randrange(10, 31)):
            flat = self._unit_in(lobby, f"Apt {100 * (1 + position // 8) + position % 8 + 1}")
            tenant = self._family(first_id + 1 + position, flat, brand_key)
            if tenant.rng.random() < self._noise.managed_phone_on_record:
                tenant.manager_phone = manager.members[0].phones[0]
            stories.append(tenant)
            if rng.random() < 0.4:
                manager.sites.append(Site(brand_key, flat.id, manager.asks_from))
        manager.demand = 4.0
        self._refresh_residences(manager)
        return stories

    def _landlord(self, household_id: int, brand_key: str, rng: Random) -> list[Story]:
        story = self._family(household_id, self._property(brand_key, rng), brand_key)
        for _ in range(min(40, 2 + int(rng.expovariate(1 / 4)))):
            story.sites.append(Site(brand_key, self._property(brand_key, rng).id, self._world.starts_at))
        story.household.kind = "landlord"
        story.demand = 1.5 + len(story.sites) * 0.35
        self._refresh_residences(story)
        return [story]

    def _commercial(self, household_id: int, brand_key: str, rng: Random) -> list[Story]:
        home = self._property(brand_key, rng)
        story = self._firm(household_id, brand_key, "commercial", home, rng.choice(FIRM_WORDS))
        story.demand = 1.6
        return [story]

    def _firm(self, household_id: int, brand_key: str, kind: str, home: Property, word: str) -> Story:
        rng = self._rng(household_id)
        members = self._couple(household_id, rng, None)[:1]
        site = Site(brand_key, home.id, self._world.starts_at)
        story = self._story(household_id, kind, members, [site], rng)
        owner = rng.choice((members[0].last, members[0].last + "'s", rng.choice(STREET_NAMES)))
        form = rng.choice(FIRM_FORMS) if kind == "commercial" else ""
        story.household.business_name = f"{owner} {word} {form}".strip()
        return story

    def _story(
        self, household_id: int, kind: str, members: list[Person], sites: list[Site], rng: Random
    ) -> Story:
        household = Household(household_id, kind, tuple(person.id for person in members), ())
        story = Story(rng, household, members, sites, asks_from=self._world.starts_at)
        self._refresh_residences(story)
        self._world.households[household_id] = household
        return story

    @staticmethod
    def _refresh_residences(story: Story) -> None:
        story.household.residences = tuple((site.property_id, site.since, site.until) for site in story.sites)

    def _rng(self, household_id: int) -> Random:
        return Random(f"{self._world.seed}:household:{household_id}")

    def _couple(self, household_id: int, rng: Random, namesake: tuple[str, str] | None) -> list[Person]:
        """One adult, or two who share some of their contact points and mostly their surname."""
        first, last = namesake or (rng.choice(FIRST_NAMES), rng.choice(LAST_NAMES))
        landline = (self._phone(),) if rng.random() < self._noise.landline else ()
        family_mail = f"the{last}s{mailbox_suffix(household_id)}@{rng.choice(MAIL_DOMAINS)}".lower()
        shares_mail = rng.random() < self._noise.family_email
        names = [(first, last)]
        if rng.random() < self._noise.second_adult:
            surname = rng.choice(LAST_NAMES) if rng.random() < self._noise.other_surname else last
            partner = rng.choice(FIRST_NAMES)
            names.append((partner if partner != first else "Robin", surname))
        members = []
        for given, surname in names:
            person_id = len(self._world.persons) + 1
            own_mail = self._mailbox(rng, given, surname, person_id)
            person = Person(
                id=person_id,
                household_id=household_id,
                first=given,
                last=surname,
                phones=(self._phone(), *landline),
                emails=(family_mail, own_mail) if shares_mail else (own_mail,),
            )
            self._world.persons[person_id] = person
            members.append(person)
        return members

    @staticmethod
    def _mailbox(rng: Random, first: str, last: str, person_id: int) -> str:
        number = mailbox_suffix(person_id)
        local = rng.choice((f"{first}.{last}{number}", f"{first[0]}{last}{number}", f"{first}{number}"))
        return f"{local}@{rng.choice(MAIL_DOMAINS)}".lower()

    def _phone(self) -> str:
        return phone_number(next(self._phones))

    def _property(self, brand_key: str, rng: Random) -> Property:
        """A new address; the stride walks through a town's addresses without ever giving one twice."""
        brand, town = self._world.brands[brand_key], TERRITORIES[brand_key]
        property_id = len(self._world.properties) + 1
        streets = len(STREET_NAMES) * len(STREET_SUFFIXES)
        place = property_id * _STRIDE % (len(brand.service_zips) * streets * _HOUSE_NUMBERS)
        place, zip_at = divmod(place, len(brand.service_zips))
        number_at, street_at = divmod(place, streets)
        name, suffix = STREET_NAMES[street_at // 10], STREET_SUFFIXES[street_at % 10]
        direction = DIRECTIONS[street_at % len(DIRECTIONS)]
        home = Property(
            id=property_id,
            street=f"{100 + 4 * number_at} {direction}{name} {suffix}",
            unit=f"Apt {rng.randrange(1, 30)}" if rng.random() < 0.06 else None,
            city=brand.city,
            state=brand.state,
            zip=brand.service_zips[zip_at],
            latitude=round(town.latitude + rng.uniform(-0.12, 0.12), 5),
            longitude=round(town.longitude + rng.uniform(-0.15, 0.15), 5),
        )
        self._world.properties[property_id] = home
        return home

    def _unit_in(self, lobby: Property, unit: str) -> Property:
        property_id = len(self._world.properties) + 1
        flat = Property(
            property_id,
            lobby.street,
            unit,
            lobby.city,
            lobby.state,
            lobby.zip,
            lobby.latitude,
            lobby.longitude,
        )
        self._world.properties[property_id] = flat
        return flat
