"""Gaps in who is who: a customer whom the front desk put on file again and again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random

from sandbox.gaps.scene import Places, Scene, Spot, Worth
from sandbox.world.handwriting import first_as_typed, last_as_typed, phone_as_typed, street_as_typed
from sandbox.world.model import Customer
from sandbox.world.noise import Noise
from sandbox.world.records import RECORDS_OF_ONE_PERSON

# Ids of added records begin here, beyond those of any world.
ADDED_RECORD = 1_000_000_000


class RecordGaps:
    """Where one customer can become several."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._world = scene.world
        self.places: dict[str, Places] = {"customer_has_many_records": self._customers_on_file_once}

    def _customers_on_file_once(self) -> Iterator[Spot]:
        """Those whom a stranger could recognise: a phone and a mailbox of their own on the record."""
        customers = self._world.customers.values()
        on_file = Counter((customer.brand_key, customer.person_id) for customer in customers)
        for customer in customers:
            is_alone = on_file[customer.brand_key, customer.person_id] == 1
            stays = customer.deleted_at is None and customer.merged_at is None
            is_shown = self._scene.keeps(customer.brand_key, "late_customers")
            is_ripe = self._scene.is_ripe(customer.created_at)
            if is_alone and stays and is_shown and is_ripe and self._is_telling(customer):
                account = self._scene.account(customer.brand_key)
                yield Spot(account, "customer", "customers", customer.id, self._put_on_file_again(customer))

    def _is_telling(self, customer: Customer) -> bool:
        person = self._world.persons[customer.person_id]
        at_home = self._world.households[customer.household_id].kind == "residential"
        phones = {_digits(phone) for phone in customer.phones}
        mailboxes = {email.lower() for email in customer.emails}
        return at_home and _digits(person.phones[0]) in phones and person.emails[0].lower() in mailboxes

    def _put_on_file_again(self, customer: Customer) -> Callable[[Random], Worth]:
        """Households count once whatever dispatch does, so no revenue is at risk."""

        def apply(rng: Random) -> Worth:
            for number in range(1, RECORDS_OF_ONE_PERSON + 1):
                added = self._near_duplicate(customer, ADDED_RECORD + 10 * customer.id + number, rng)
                self._world.customers[added.id] = added
            return lambda: 0

        return apply

    def _near_duplicate(self, customer: Customer, record_id: int, rng: Random) -> Customer:
        person, noise = self._world.persons[customer.person_id], Noise()
        return replace(
            customer,
            id=record_id,
            first=first_as_typed(rng, noise, person.first),
            last=last_as_typed(rng, noise, person.last),
            phones=(phone_as_typed(rng, person.phones[0]),),
            emails=(person.emails[0],),
            address_text={
                place: street_as_typed(rng, noise, self._world.properties[place])
                for place in customer.property_ids
            },
            created_at=self._scene.clock.now(),
            contact_changed_at=None,
            late_phone=None,
        )


def _digits(phone: str) -> str:
    return "".join(filter(str.isdigit, phone))[-10:]
