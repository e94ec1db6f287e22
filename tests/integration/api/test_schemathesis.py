"""schemathesis reads the description and asks what nobody would: no fault of ours, no answer that is not described."""

from collections.abc import Iterator

import orjson
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from web_house import House

from jiqun.ledger.roles import Permission
from jiqun.web.api.app import api
from jiqun.web.api.shape import json_bytes

EXAMPLES = 5
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
SCHEMA = schemathesis.openapi.from_dict(orjson.loads(json_bytes(api.get_openapi_schema())))
SCHEMA.app = get_wsgi_application()
OPERATIONS = {result.ok().label: result.ok() for result in SCHEMA.get_all_operations()}
QUIET = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def bearer(module_house: House) -> str:
    """A token of the administrator that may do everything a token may."""
    return module_house.bearer("administrator", *(item.value for item in Permission))["authorization"]


@pytest.fixture(autouse=True)
def same_connection() -> Iterator[None]:
    """A request must not close the connection that holds the house's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def cases(operation: APIOperation) -> st.SearchStrategy[schemathesis.Case]:
    """What is asked of an operation: what it takes, and what it does not."""
    return st.one_of(
        operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
        operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
    )


def test_the_description_is_whole() -> None:
    SCHEMA.validate()
    assert len(OPERATIONS) > 50


@pytest.mark.parametrize("label", OPERATIONS)
def test_every_operation(house: House, bearer: str, label: str) -> None:
    @QUIET
    @given(case=cases(OPERATIONS[label]))
    def ask(case: schemathesis.Case) -> None:
        response = case.call(headers={"Authorization": bearer, "Host": "127.0.0.1"})
        case.validate_response(response, checks=CHECKS)

    ask()
