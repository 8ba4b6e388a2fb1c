"""What a perfect pull of each raw object holds: the fields that are read of a row, nested lists whole.

The fields are named here once more on purpose. One that is no longer asked for by mistake is then missed.
"""

from __future__ import annotations

# Raw object -> (root list, fields of a row).
SELECTIONS = {
    "clients": (
        "clients",
        """
        id name firstName lastName companyName isCompany isLead isArchived leadSource
        emails { id address description primary }
        phones { id number normalizedPhoneNumber description primary }
        customFields {
          ... on CustomFieldText { label valueText }
          ... on CustomFieldDropdown { label valueDropdown }
        }
        jobberWebUri createdAt updatedAt
        """,
    ),
    "properties": (
        "properties",
        """
        id client { id } address { street1 street2 city province postalCode country } jobberWebUri
        """,
    ),
    "requests": (
        "requests",
        """
        id title source requestStatus companyName contactName email phone
        client { id } property { id } assessment { startAt endAt isComplete }
        jobberWebUri createdAt updatedAt
        """,
    ),
    "quotes": (
        "quotes",
        """
        id quoteNumber quoteStatus title sentAt client { id } property { id } request { id }
        lastTransitioned { approvedAt convertedAt }
        amounts { subtotal discountAmount taxAmount total depositAmount }
        lineItems(first: 100000) {
          nodes { id name quantity unitPrice totalPrice optional } pageInfo { hasNextPage endCursor }
        }
        jobberWebUri createdAt updatedAt
        """,
    ),
    "jobs": (
        "jobs",
        """
        id jobNumber title jobStatus jobType total startAt endAt completedAt
        client { id } property { id } quote { id } request { id }
        customFields {
          ... on CustomFieldText { label valueText }
          ... on CustomFieldDropdown { label valueDropdown }
        }
        visits(first: 100000) {
          nodes {
            id visitStatus startAt endAt allDay isComplete completedAt createdAt
            assignedUsers(first: 5) { nodes { id } }
          }
          pageInfo { hasNextPage endCursor }
        }
        jobberWebUri createdAt updatedAt
        """,
    ),
    "invoices": (
        "invoices",
        """
        id invoiceNumber invoiceStatus subject issuedDate dueDate receivedDate client { id }
        amounts {
          subtotal discountAmount taxAmount total depositAmount paymentsTotal tipsTotal invoiceBalance
        }
        jobs(first: 100000) { nodes { id } pageInfo { hasNextPage endCursor } }
        archivedJobs(first: 100000) { nodes { id } pageInfo { hasNextPage endCursor } }
        lineItems(first: 100000) {
          nodes { id name category quantity unitPrice totalPrice } pageInfo { hasNextPage endCursor }
        }
        jobberWebUri createdAt updatedAt
        """,
    ),
    "payment_records": (
        "paymentRecords",
        """
        __typename id amount adjustmentType paymentType entryDate details
        client { id } invoice { id } quote { id }
        ... on CheckPaymentRecord { checkNumber }
        ... on JobberPaymentsCreditCardPaymentRecord { transactionStatus tipAmount feeAmount }
        ... on JobberPaymentsACHPaymentRecord { transactionStatus tipAmount feeAmount }
        ... on JobberPaymentsRefundPaymentRecord
        { transactionStatus tipAmount feeAmount refundedPaymentRecord { id } }
        """,
    ),
    "users": ("users", "id name { first last full } email { raw } status isAccountAdmin isAccountOwner"),
    "custom_field_configurations": (
        "customFieldConfigurations",
        """
        __typename
        ... on CustomFieldConfigurationInterface { id name appliesTo valueType }
        ... on CustomFieldConfigurationDropdown { dropdownOptions }
        """,
    ),
}
ACCOUNT = "query { account { id name createdAt } }"


def question(object_name: str) -> tuple[str, str]:
    """(root list, query) of everything of one object.

    Raises:
        KeyError: no such object is read.
    """
    root, fields = SELECTIONS[object_name]
    return root, f"query {{ {root}(first: 10000000) {{ nodes {{ {fields} }} }} }}"
