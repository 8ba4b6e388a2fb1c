"""The control API: read the truth, move the clock, make vendors fail, inject business gaps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import islice
from json import JSONDecodeError
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from sandbox.clock import Clock, iso
from sandbox.faults import Faults, RequestLog
from sandbox.gaps import NotEnough, Saboteur
from sandbox.servers.base import VendorServer
from sandbox.truth import Truth
from sandbox.world.model import Gap, World

_LINES_PER_CHUNK = 500


class Control:
    """The ASGI app mounted at `/control`. Nothing here resembles a vendor."""

    def __init__(
        self, world: World, clock: Clock, faults: Faults, log: RequestLog, servers: Mapping[str, VendorServer]
    ) -> None:
        self._clock = clock
        self._faults = faults
        self._log = log
        self._servers = servers
        self._truth = Truth(world, clock, servers)
        self._saboteur = Saboteur(world, clock, servers)
        self.app = Starlette(
            routes=[
                Route("/truth/{entity}", self._truth_rows),
                Route("/truth/raw/{account}/{object}", self._raw_rows),
                Route("/clock", self._read_clock, methods=["GET"]),
                Route("/clock", self._advance, methods=["POST"]),
                Route("/faults", self._standing_faults, methods=["GET"]),
                Route("/faults", self._post_fault, methods=["POST"]),
                Route("/faults", self._clear_faults, methods=["DELETE"]),
                Route("/gaps", self._places, methods=["GET"]),
                Route("/gaps", self._inject, methods=["POST"]),
                Route("/gaps/every-class", self._inject_every_class, methods=["POST"]),
                Route("/requests", self._requests),
            ],
            exception_handlers={HTTPException: _explained},
        )

    async def _truth_rows(self, request: Request) -> Response:
        entity = request.path_params["entity"]
        if entity not in self._truth.entities:
            raise HTTPException(404, f"no truth about {entity!r}; there is {', '.join(self._truth.entities)}")
        if entity == "gaps":
            self._saboteur.appraise()
        return _ndjson(self._truth.rows(entity))

    async def _raw_rows(self, request: Request) -> Response:
        account, object_name = request.path_params["account"], request.path_params["object"]
        server = self._servers.get(account)
        if server is None:
            raise HTTPException(404, f"no account {account!r}; there is {', '.join(self._servers)}")
        try:
            # A generator may refuse an unknown object only when it is first asked: ask before the answer
            # begins.
            rows = list(server.expected(object_name))
        except KeyError:
            raise HTTPException(404, f"{server.platform} has no object {object_name!r}") from None
        return _ndjson({"native_id": native_id, "payload": payload} for native_id, payload in rows)

    async def _read_clock(self, request: Request) -> Response:
        return JSONResponse({"now": iso(self._clock.now())})

    async def _advance(self, request: Request) -> Response:
        hours = (await _order(request)).get("advance_hours")
        if not isinstance(hours, int | float) or isinstance(hours, bool):
            raise HTTPException(422, 'advance_hours must be a number, as in {"advance_hours": 24}')
        try:
            return JSONResponse({"now": iso(self._clock.advance(hours))})
        except ValueError as error:
            raise HTTPException(422, str(error)) from error

    async def _standing_faults(self, request: Request) -> Response:
        return JSONResponse({"faults": [asdict(fault) for fault in self._faults.standing()]})

    async def _post_fault(self, request: Request) -> Response:
        order = await _order(request)
        if order.get("account") not in (None, *self._servers):
            raise HTTPException(422, f"no account {order['account']!r}; there is {', '.join(self._servers)}")
        try:
            return JSONResponse(asdict(self._faults.post(order)), 201)
        except ValueError as error:
            raise HTTPException(422, str(error)) from error

    async def _clear_faults(self, request: Request) -> Response:
        self._faults.clear()
        return Response(status_code=204)

    async def _places(self, request: Request) -> Response:
        """How many gaps of each class the world has room for."""
        return JSONResponse(self._saboteur.places())

    async def _inject(self, request: Request) -> Response:
        order = await _order(request)
        try:
            gaps = self._saboteur.inject(order.get("class", ""), order.get("count", 1), order.get("seed"))
        except (ValueError, TypeError) as error:
            raise HTTPException(422, str(error)) from error
        except NotEnough as error:
            raise HTTPException(409, str(error)) from error
        return _injected(gaps)

    async def _inject_every_class(self, request: Request) -> Response:
        order = await _order(request)
        try:
            gaps = self._saboteur.inject_every_class(order.get("at_most", 1), order.get("seed"))
        except (ValueError, TypeError) as error:
            raise HTTPException(422, str(error)) from error
        return _injected(gaps)

    async def _requests(self, request: Request) -> Response:
        return _ndjson(self._log.of(request.query_params.get("account")))


def _injected(gaps: Sequence[Gap]) -> Response:
    return JSONResponse({"injected": [asdict(gap) | {"injected_at": iso(gap.injected_at)} for gap in gaps]})


async def _order(request: Request) -> dict[str, Any]:
    try:
        order = await request.json()
    except JSONDecodeError as error:
        raise HTTPException(422, f"the body is not JSON: {error}") from error
    if not isinstance(order, dict):
        raise HTTPException(422, "the body must be a JSON object")
    return order


async def _explained(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": error.detail}, error.status_code)


def _ndjson(rows: Iterable[Mapping[str, Any]]) -> Response:
    return StreamingResponse(_chunks(iter(rows)), media_type="application/x-ndjson")


def _chunks(rows: Iterator[Mapping[str, Any]]) -> Iterator[bytes]:
    encoder = msgspec.json.Encoder()
    while lines := encoder.encode_lines(list(islice(rows, _LINES_PER_CHUNK))):
        yield lines
