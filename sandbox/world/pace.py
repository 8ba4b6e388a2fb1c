"""How fast a healthy operator works: nothing gets lost, but some of it takes its time."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.world.calendars import HOUR


@dataclass(frozen=True, slots=True)
class Pace:
    """Hours, from and to, that something takes beyond the usual; all within the default grace periods.

    Attributes:
        invoice: from the end of a job to its invoice.
        handover: from a booking in the CRM to its job in dispatch.
        call_back: from a missed call to the office's call back.
        days_behind: days by which files that people export are late.
    """

    invoice: tuple[int, int] = (0, 0)
    handover: tuple[int, int] = (0, 0)
    call_back: tuple[int, int] = (0, 0)
    days_behind: int = 0


USUAL = Pace()
SLOW = Pace(invoice=(20, 66), handover=(2, 20), call_back=(8, 21), days_behind=1)


def delay(hours: tuple[int, int], record_id: int) -> int:
    """Seconds within a span, always the same for a record, so that a slow world differs in nothing else."""
    first, last = hours
    return (first * HOUR + record_id * 7919 * 60 % ((last - first) * HOUR)) if last > first else first * HOUR
