"""Why records are one household: what ties them, what was held apart, and which keys it had before."""

from __future__ import annotations

import duckdb

from ingestion.config import Home
from orchestration.explanation import Sections, only
from orchestration.warehouse import reading
from orchestration.warehouse import rows as select

# Section -> query over `$key`, in the order of telling.
_SECTIONS = {
    "household": """
        select household_key, household_kind, households.first_seen_at, person_count, record_count,
            property_count, acquisition_channel, acquisition_campaign_name, acquired_on, booked_amount,
            invoiced_amount, collected_amount
        from core.dim_households as households
        join core.fct_household_lifetimes using (household_key)
        where household_key = $key
        """,
    "records": """
        select records.person_key, records.account_id, records.entity, records.native_id, records.name,
            records.company_name, records.phones, records.emails, records.addresses, members.rule,
            records.first_seen_at, members.valid_from, records.job_count, records.collected_amount,
            records.native_url, records.record_key
        from core.dim_records_pii as records
        join core.bridge_household_members as members using (record_key)
        where records.household_key = $key
        order by records.person_key, records.entity, records.account_id, records.native_id
        """,
    "edges": """
        select one.native_id as left_native_id, other.native_id as right_native_id, edges.rule, edges.weight,
            edges.is_person_link, edges.evidence
        from identity.int_identities__edges as edges
        join core.bridge_household_members as one on one.record_key = edges.left_key
        join core.bridge_household_members as other on other.record_key = edges.right_key
        where one.household_key = $key and other.household_key = $key
        order by edges.weight desc, edges.rule, left_native_id, right_native_id
        """,
    "decisions": """
        select decisions.decision, one.native_id as left_native_id, other.native_id as right_native_id,
            decisions.decided_by, decisions.decided_at, decisions.note
        from identity.int_identities__decisions as decisions
        join core.bridge_household_members as one on one.record_key = decisions.left_key
        join core.bridge_household_members as other on other.record_key = decisions.right_key
        where $key in (one.household_key, other.household_key)
        order by decisions.decided_at, left_native_id, right_native_id
        """,
    # What speaks for joining it with another household, and why that was not done.
    "held_apart": """
        with members as (
            select record_key, native_id, account_id, household_key from core.bridge_household_members
        ),
        leaving as (
            select left_key, right_key, rule, weight, evidence from identity.int_identities__edges
            union all
            select right_key, left_key, rule, weight, evidence from identity.int_identities__edges
        ),
        tied as (
            select leaving.left_key as member_key, leaving.right_key as other_key, leaving.rule,
                leaving.weight, leaving.evidence
            from leaving
            join members as member on member.record_key = leaving.left_key and member.household_key = $key
            join members as other on other.record_key = leaving.right_key and other.household_key <> $key
        ),
        queued as (
            select left_key, right_key, reason, evidence, weight from identity.int_identities__review_queue
            where left_household_key = $key
            union all
            select right_key, left_key, reason, evidence, weight from identity.int_identities__review_queue
            where right_household_key = $key
        ),
        parted as (
            select member_key, other_key, rule, weight, evidence from tied
            union all
            select left_key, right_key, null, weight, evidence from queued
            where (left_key, right_key) not in (select (member_key, other_key) from tied)
        )
        select member.native_id, other.native_id as other_native_id, other.account_id as other_account_id,
            other.household_key as other_household_key, parted.rule, parted.weight, parted.evidence,
            case
                when decisions.decision = 'different'
                    then 'a steward decided: different' || coalesce(' (' || decisions.note || ')', '')
                when queued.reason is not null then queued.reason
                else 'joining them would glue what a steward parted'
            end as why
        from parted
        join members as member on member.record_key = parted.member_key
        join members as other on other.record_key = parted.other_key
        left join identity.int_identities__decisions as decisions
            on decisions.left_key = least(parted.member_key, parted.other_key)
            and decisions.right_key = greatest(parted.member_key, parted.other_key)
        left join queued on queued.left_key = parted.member_key and queued.right_key = parted.other_key
        order by parted.weight desc, member.native_id, other_native_id, parted.rule
        """,
    "properties": """
        select full_address, property_role, is_payer, valid_from, valid_to, end_reason, job_count,
            invoiced_amount
        from core.bridge_household_properties_pii where household_key = $key order by valid_from, full_address
        """,
    "open_duplicates": """
        select account_id, native_id, action, keep_native_id, keep_reason, rule, job_count, collected_amount,
            native_url
        from core.rpt_duplicate_customers where household_key = $key
        order by account_id, keep_native_id, action, native_id
        """,
    "history": """
        select household_key, valid_from, valid_to, split_from, superseded_by, reason
        from core.fct_household_history where $key in (household_key, current_household_key, split_from)
        order by valid_from, household_key
        """,
    "jobs": """
        select job_key, account_id, native_id, native_url, job_type_name, job_status, booked_on, completed_on,
            completed_amount, collected_amount
        from core.fct_jobs where household_key = $key order by booked_at
        """,
}


def explain_household(home: Home, identifier: str) -> Sections:
    """The evidence behind one household; empty when nothing has the identifier.

    Args:
        home: Where the warehouse is.
        identifier: A `household_key`, also one that was given up, a record's key, or a vendor's own customer
            or lead id.

    Raises:
        Ambiguous: records of several households have this id.
    """
    with reading(home.warehouse) as connection:
        key = _household_key(connection, identifier)
        if key is None:
            return {}
        return {name: select(connection, query, key=key) for name, query in _SECTIONS.items()}


def _household_key(connection: duckdb.DuckDBPyConnection, identifier: str) -> str | None:
    """The household that answers for the identifier today; a key of the past comes before a record's."""
    former = select(
        connection,
        """
        select distinct current_household_key as household_key from core.fct_household_history
        where household_key = $id and current_household_key is not null
        """,
        id=identifier,
    )
    found = former or select(
        connection,
        """
        select household_key, any_value(account_id) as account_id from core.bridge_household_members
        where record_key = $id or native_id = $id group by household_key order by household_key
        """,
        id=identifier,
    )
    return only(found, "household_key")["household_key"] if found else None
