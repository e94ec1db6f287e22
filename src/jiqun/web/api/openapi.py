"""接口说明 the description of the interface: every operation with what it gives and every way it can fail.

What an operation gives is read from the return type of its function — the context dataclasses the pages are rendered
from — all together, so that two of one name do not fall over each other. Page twins are described from their addresses.
"""

import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any

from django.http import HttpResponse
from django.urls import URLPattern, get_resolver
from ninja import NinjaAPI
from pydantic import PydanticSchemaGenerationError, PydanticUserError, TypeAdapter
from pydantic.json_schema import PydanticInvalidForJsonSchema

from jiqun.actions.export_files import CONTENT_TYPES
from jiqun.web.api.shape import ErrorShape

TWINS = "api/pages/"
REF = "#/components/schemas/{model}"
ANY = {"type": "object"}
FAILURES = {
    400: "what was sent cannot be taken",
    401: "nobody is logged in, or the token opens nothing",
    403: "this role or scope may not do it, or the token does not carry it",
    404: "there is nothing under that key",
    405: "the address does not take that method",
    409: "the state of the thing does not allow it now",
    413: "too large, refused before it was read",
    414: "the query is too long",
    415: "a content type that is not taken",
    422: "a field is not what it should be",
    500: "a fault of ours; the request id finds it in the log",
    503: "a store does not answer",
}
WITH_BODY = ("post", "put", "patch")
CONVERTED = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")


def complete(api: NinjaAPI, schema: dict[str, Any]) -> dict[str, Any]:
    """Fill in answers, failures and page twins."""
    gives = dict(_operations(api))
    for address, read in _twins():
        schema["paths"][address] = {"get": _twin(address, read)}
        gives["get", address] = inspect.signature(read).return_annotation
    schemas = schema["components"].setdefault("schemas", {})
    schemas.update(_answers(gives, schema["paths"]))
    schemas.update(_schema_of(ErrorShape))
    for methods in schema["paths"].values():
        for method, operation in methods.items():
            operation["responses"].update(_failures(method))
            operation.setdefault("security", [{"Token": []}, {"Session": []}])
    return schema


def _operations(api: NinjaAPI) -> Iterator[tuple[tuple[str, str], Any]]:
    """(method, address) → what the function gives."""
    for bound in api._get_bound_routers():
        for route, view in bound.path_operations.items():
            address = "/api/" + "/".join(part for part in (bound.prefix.strip("/"), route.strip("/")) if part)
            address = re.sub(r"{\w+:", "{", address)
            for operation in view.operations:
                given = inspect.signature(operation.view_func).return_annotation
                for method in operation.methods:
                    yield (method.lower(), address), given


def _twins() -> Iterator[tuple[str, Callable[..., object]]]:
    """Address and reading function of every page that has a JSON twin."""
    for pattern in get_resolver().url_patterns:
        route = str(pattern.pattern)
        if isinstance(pattern, URLPattern) and route.startswith(TWINS):
            yield "/" + CONVERTED.sub(r"{\g<name>}", route), inspect.unwrap(pattern.callback)


def _twin(address: str, read: Callable[..., object]) -> dict[str, Any]:
    name = address.removeprefix("/" + TWINS).strip("/") or "overview"
    parameters = [
        {"in": "path", "name": part, "required": True, "schema": {"type": "integer", "minimum": 1}
         if inspect.signature(read).parameters[part].annotation is int else {"type": "string", "minLength": 1}}
        for part in re.findall(r"{(\w+)}", address)
    ]  # fmt: skip
    return {
        "operationId": "page_" + re.sub(r"\W+", "_", name).strip("_"),
        "summary": "Page " + name,
        "description": (inspect.getdoc(read) or "") + " The page's own context; takes the page's query.",
        "tags": ["pages"],
        "parameters": parameters,
        "responses": {200: {"description": "OK"}},
    }


def _answers(gives: dict[tuple[str, str], Any], paths: dict[str, Any]) -> dict[str, Any]:
    """Write what each operation gives into its 200; gives the schemas these refer to."""
    adapters = {key: adapter for key, given in gives.items() if (adapter := _adapter(given)) is not None}
    inputs = [(key, "serialization", adapter) for key, adapter in adapters.items()]
    schemas, definitions = TypeAdapter.json_schemas(inputs, ref_template=REF)
    for (method, address), given in gives.items():
        operation = paths.get(address, {}).get(method)
        if operation is None:
            continue
        if given is HttpResponse:
            content = {
                kind.partition(";")[0]: {"schema": {"type": "string", "format": "binary"}}
                for kind in CONTENT_TYPES.values()
            }
        else:
            content = {"application/json": {"schema": schemas.get(((method, address), "serialization"), ANY)}}
        operation["responses"][200] = {"description": "OK", "content": content}
    return definitions.get("$defs", {})


def _adapter(given: Any) -> TypeAdapter[Any] | None:
    """What can be described; a type pydantic cannot describe is an object."""
    if given in (HttpResponse, inspect.Signature.empty):
        return None
    try:
        adapter = TypeAdapter(given)
        adapter.json_schema(mode="serialization")
    except (PydanticSchemaGenerationError, PydanticUserError, PydanticInvalidForJsonSchema):
        return None
    return adapter


def _schema_of(model: type[ErrorShape]) -> dict[str, Any]:
    whole = model.model_json_schema(ref_template=REF, mode="serialization")
    return {**whole.pop("$defs", {}), model.__name__: whole}


def _failures(method: str) -> dict[int, Any]:
    left_out = set() if method in WITH_BODY else {413, 415}
    content = {"application/json": {"schema": {"$ref": REF.format(model=ErrorShape.__name__)}}}
    return {
        status: {"description": text, "content": content}
        for status, text in FAILURES.items()
        if status not in left_out
    }
