"""From an exception to one clear message and an exit status.

0 done, 1 a check failed, 2 wrong usage or configuration, 3 a vendor or the network failed.
"""

from __future__ import annotations

from collections.abc import Iterable

CHECK_FAILED = 1
WRONG_CONFIGURATION = 2
VENDOR_FAILED = 3

# By class name: a run reports only the name of what a step raised.
_STATUS = {
    "ConfigError": WRONG_CONFIGURATION,
    "WarehouseMissing": WRONG_CONFIGURATION,
    "WarehouseBusy": WRONG_CONFIGURATION,
    "Ambiguous": WRONG_CONFIGURATION,
    "UnknownRecord": WRONG_CONFIGURATION,
    "UnknownGap": WRONG_CONFIGURATION,
    "DecisionRefused": WRONG_CONFIGURATION,
    "CredentialsRejected": WRONG_CONFIGURATION,
    "VendorError": VENDOR_FAILED,
    "VendorUnavailable": VENDOR_FAILED,
    "QuotaExhausted": VENDOR_FAILED,
    "VendorRefused": VENDOR_FAILED,
    "BuildError": CHECK_FAILED,
    "SimulationFailed": VENDOR_FAILED,
}


class CommandFailed(Exception):
    """A command's own verdict, already in words for the person."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


def exit_status(error: BaseException) -> int | None:
    """The status for an error that a person can act on; None for a defect, which deserves its traceback."""
    if isinstance(error, CommandFailed):
        return error.status
    return status_of(base.__name__ for base in type(error).__mro__)


def status_of(names: Iterable[str]) -> int | None:
    """The status of the first known error name."""
    return next((_STATUS[name] for name in names if name in _STATUS), None)
