"""How untidy the simulated operator is: every rate in one place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Noise:
    """Probabilities between 0 and 1. They shape the world's mess, never the injected gap classes."""

    # People and homes
    second_adult: float = 0.55
    other_surname: float = 0.18
    family_email: float = 0.12
    landline: float = 0.15
    moves_away: float = 0.03
    twin_next_door: float = 0.006
    landlord: float = 0.02
    commercial: float = 0.05
    managed_building: float = 0.0015
    managed_phone_on_record: float = 0.75
    second_home: float = 0.015

    # How records are typed
    nickname: float = 0.08
    name_typo: float = 0.03
    swapped_name: float = 0.01
    address_variant: float = 0.35
    address_typo: float = 0.02
    missing_email: float = 0.25
    placeholder_email: float = 0.03
    placeholder_phone: float = 0.015
    office_phone: float = 0.008
    both_phones: float = 0.35
    landline_told_later: float = 0.2

    # Duplicates and what becomes of them
    duplicate_customer: float = 0.09
    spouse_gets_own_record: float = 0.5
    new_record_after_move: float = 0.6
    duplicate_merged: float = 0.3
    caller_put_on_file: float = 0.06
    jobless_deleted: float = 0.15
    duplicate_contact: float = 0.05
    contact_merged: float = 0.4
    contact_archived: float = 0.1

    # Leads and calls
    partner_asks: float = 0.22
    earlier_touch: float = 0.12
    second_try: float = 0.35
    missed_call: float = 0.07
    missed_call_returns: float = 0.7
    spam_call: float = 0.12
    excused_call: float = 0.08
    withheld_number: float = 0.25
    answered_in_writing: float = 0.05  # nobody calls; the CRM alone knows that somebody answered
    csr_conflict: float = 0.05
    misheard_source: float = 0.03
    street_on_form: float = 0.6

    # Work
    canceled: float = 0.08
    rescheduled: float = 0.07
    recall: float = 0.03
    estimate_sold: float = 0.45
    upsell_estimate: float = 0.15
    membership_sold: float = 0.16
    membership_canceled: float = 0.1
    rated: float = 0.35

    # Money
    discount: float = 0.08
    deposit: float = 0.6
    unpaid: float = 0.03
    partly_paid: float = 0.03
    split_payment: float = 0.04
    refund: float = 0.012
    adjustment: float = 0.012
    payment_voided: float = 0.008
    invoice_voided: float = 0.008
