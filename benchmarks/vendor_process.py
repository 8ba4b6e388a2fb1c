"""A vendor that costs nothing: ServiceTitan-shaped export pages, rendered beforehand, served by a process of
its own.

What is measured against it is the client: transfer, decoding, archiving, de-duplication, loading.
"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

PAGE_ROWS = 2_000
# One row in so many is an older version of a row that comes again later: something to de-duplicate.
OLD_VERSION_EVERY = 50


def job(number: int, edited: int = 0) -> dict:
    """One row of `export/jobs`, with the fields and lengths of a real one."""
    native_id = 610_000_000 + number
    day = f"2026-{1 + number // 20_000 % 9:02}-{1 + number // 700 % 28:02}"
    moment = f"{day}T{number // 40 % 24:02}:{number % 60:02}"
    return {
        "id": native_id,
        "jobNumber": str(native_id),
        "projectId": None,
        "customerId": native_id + 1,
        "locationId": native_id + 2,
        "jobStatus": "Completed" if number % 7 else "Canceled",
        "completedOn": f"{moment}:07.3312009Z",
        "businessUnitId": 1043 + number % 4,
        "jobTypeId": 512 + number % 12,
        "priority": "Normal",
        "campaignId": 7731 + number % 30,
        "appointmentCount": 1,
        "firstAppointmentId": native_id + 3,
        "lastAppointmentId": native_id + 3,
        "recallForId": None,
        "warrantyId": None,
        "jobGeneratedLeadSource": None,
        "noCharge": False,
        "notificationsEnabled": True,
        "createdOn": f"{moment}:01.907Z",
        "createdById": 9120,
        "modifiedOn": f"{moment}:{10 + edited}.6174Z",
        "tagTypeIds": [31, 77] if number % 3 else [],
        "leadCallId": native_id - 50_000_000 if number % 2 else None,
        "partnerLeadCallId": None,
        "bookingId": None,
        "soldById": 5507,
        "customerPo": None,
        "invoiceId": native_id + 4,
        "membershipId": None,
        "total": round(75 + number % 4_000 * 1.25, 2),
        "createdFromEstimateId": None,
        "estimateIds": [native_id + 5],
        "equipmentIds": [],
        "isAutoDispatched": False,
        "summary": f"<p>No hot water, 40 gal gas heater. Customer {number} asks for a call ahead.</p>",
        "summaryOfWork": None,
        "customFields": [],
        "externalData": [],
        "active": True,
    }


def pages(rows: int) -> list[bytes]:
    """All pages of the feed, compressed as a server behind a proxy would send them."""
    listed = []
    for number in range(rows):
        if number % OLD_VERSION_EVERY == 0 and number:
            listed.append(job(number - 1, edited=1))
        else:
            listed.append(job(number))
    bodies = []
    for start in range(0, rows, PAGE_ROWS):
        body = {
            "hasMore": start + PAGE_ROWS < rows,
            "continueFrom": f"page-{start // PAGE_ROWS + 1}",
            "data": listed[start : start + PAGE_ROWS],
        }
        bodies.append(gzip.compress(json.dumps(body, separators=(",", ":")).encode(), 1))
    return bodies


def app(rows: int) -> Starlette:
    bodies = pages(rows)
    nothing_more = gzip.compress(b'{"hasMore":false,"continueFrom":"end","data":[]}')

    async def token(request: Request) -> Response:
        return JSONResponse({"access_token": "benchmark", "expires_in": 900, "token_type": "Bearer"})

    async def export(request: Request) -> Response:
        start = request.query_params.get("from", "page-0")
        number = int(start.removeprefix("page-")) if start.startswith("page-") else len(bodies)
        body = bodies[number] if number < len(bodies) else nothing_more
        return Response(body, headers={"Content-Encoding": "gzip"}, media_type="application/json")

    return Starlette(
        routes=[Route("/connect/token", token, methods=["POST"]), Route("/{path:path}/export/jobs", export)]
    )


@contextmanager
def serving(rows: int) -> Iterator[str]:
    """The base URL of the vendor, while it runs."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.vendor_process", str(rows)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()


def _serve(rows: int) -> None:
    config = uvicorn.Config(app(rows), port=0, log_level="critical", http="httptools", lifespan="off")
    listener = config.bind_socket()
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    uvicorn.Server(config).run([listener])


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
