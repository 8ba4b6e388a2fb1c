"""Validation of simulated answers against the vendors' own published schemas.

The schema files are not part of this repository: they lie beside a checkout, in
`../shared/contracts/specs/<platform>/`. Where they are absent, the tests that need them are skipped.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

SPECS = Path(__file__).resolve().parents[2].parent / "shared" / "contracts" / "specs"


@dataclass(frozen=True)
class Deviation:
    """A value that a schema forbids and that the vendor's server is known to send all the same.

    `path` names the value with list positions left out, for example `data.phoneSettings`.
    """

    path: str
    why: str


@cache
def document(platform: str, file: str) -> dict[str, Any]:
    """A schema document; skips the calling test where it is absent."""
    path = SPECS / platform / file
    if not path.exists():
        pytest.skip(f"the vendor's schemas are not beside this checkout: {platform}/{file}")
    text = path.read_text()
    return _with_nulls(json.loads(text) if path.suffix == ".json" else yaml.safe_load(text))


def _with_nulls(node: Any) -> Any:
    """OpenAPI 3.0 says `nullable: true` where JSON Schema says that null is one of the types."""
    if isinstance(node, list):
        return [_with_nulls(item) for item in node]
    if not isinstance(node, dict):
        return node
    schema = {key: _with_nulls(value) for key, value in node.items() if key != "nullable"}
    if node.get("nullable") is not True:
        return {**schema, **({"nullable": node["nullable"]} if "nullable" in node else {})}
    if isinstance(schema.get("type"), str) and not {"allOf", "enum"} & set(schema):
        return schema | {"type": [schema["type"], "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


@cache
def _validator(platform: str, file: str, pointer: str) -> Draft202012Validator:
    resource = Resource(document(platform, file), DRAFT202012)
    registry = Registry().with_resource("spec:", resource)
    return Draft202012Validator({"$ref": f"spec:#{pointer}"}, registry=registry)


def response_pointer(platform: str, file: str, path: str, method: str = "get", status: str = "200") -> str:
    """Where an OpenAPI document keeps the schema of an endpoint's JSON answer, as a JSON pointer."""
    content = document(platform, file)["paths"][path][method]["responses"][status]["content"]
    media = next(name for name in content if "json" in name)
    parts = ("paths", path, method, "responses", status, "content", media, "schema")
    return "".join(f"/{part.replace('~', '~0').replace('/', '~1')}" for part in parts)


def violations(
    platform: str, file: str, pointer: str, answer: Any, deviations: Iterable[Deviation] = ()
) -> list[str]:
    """What of an answer the schema at `pointer` forbids, known deviations left out."""
    known = {deviation.path for deviation in deviations}
    errors = _validator(platform, file, pointer).iter_errors(answer)
    found = ((_dotted(error.absolute_path), error.message) for error in _leaves(errors))
    return sorted({f"{path}: {message[:200]}" for path, message in found if path not in known})


def _leaves(errors: Iterable[Any]) -> Iterator[Any]:
    """The deepest errors: of a failed choice, those of the branch that came closest."""
    for error in errors:
        if error.context:
            branches: dict[Any, list[Any]] = {}
            for inner in error.context:
                branches.setdefault(inner.schema_path[0], []).append(inner)
            closest = max(branches.values(), key=lambda branch: max(len(inner.path) for inner in branch))
            yield from _leaves(closest)
        else:
            yield error


def _dotted(path: Iterable[Any]) -> str:
    return ".".join(str(part) for part in path if not isinstance(part, int))
