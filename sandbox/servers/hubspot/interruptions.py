"""Answers that only HubSpot gives when it is busy or moving, as the account's options order them."""

from __future__ import annotations

from dataclasses import dataclass, field

from starlette.responses import HTMLResponse, Response

from sandbox.servers.hubspot.replies import Refused, refusal

MIGRATION_SECONDS = 1


@dataclass
class Interruptions:
    """Which statuses interrupt which requests.

    Args:
        orders: (status, every): each `every`-th request is answered with `status` instead.
    """

    orders: tuple[tuple[int, int], ...] = ()
    _asked: int = field(default=0, init=False)

    @classmethod
    def of(cls, option: str) -> Interruptions:
        """Read `423/7 477/11`: each 7th request is locked, each 11th meets a portal that is being moved."""
        pairs = (order.split("/") for order in option.split())
        return cls(tuple((int(status), int(every)) for status, every in pairs))

    def next(self) -> Response | None:
        """Count a request; what interrupts it, if anything does."""
        self._asked += 1
        status = next((status for status, every in self.orders if self._asked % every == 0), None)
        return None if status is None else interruption(status)


def interruption(status: int) -> Response:
    """423 under high volume, 477 with `Retry-After` while the portal moves; the rest is a gateway's page."""
    if status == 423:
        return refusal(Refused(423, "LOCKED", "The resource is locked due to high volume."))
    if status == 477:
        answer = refusal(Refused(477, "MIGRATION_IN_PROGRESS", "This account is being migrated."))
        answer.headers["Retry-After"] = str(MIGRATION_SECONDS)
        return answer
    return HTMLResponse(f"<html><body><h1>{status}</h1></body></html>", status)
