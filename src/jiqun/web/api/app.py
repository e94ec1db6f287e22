"""接口 the interface as one application: routers, who is asking, shapes of answers, description."""

from functools import cached_property
from typing import Any

from ninja import NinjaAPI

import jiqun
from jiqun.web.api import (
    alarms,
    collecting,
    connecting,
    factories,
    ladders,
    matching,
    objecting,
    people,
    policies,
    reading,
    recognising,
    shifts,
    working,
)
from jiqun.web.api.auth import Session, Token
from jiqun.web.api.faults import add_handlers
from jiqun.web.api.openapi import complete
from jiqun.web.api.shape import PlainJson

ABOUT = """One ledger of manufacturing clusters, for programs.

Sign requests with `Authorization: Bearer jq_…` (make a token on the page of API tokens). Decimals are texts, so that no
digit is lost; times carry their offset; Chinese is not escaped. Whatever goes wrong has one shape: ErrorShape.
Everything made up for demonstration carries `synthetic: true`."""


class Interface(NinjaAPI):
    """The application; its description is made once."""

    @cached_property
    def description_document(self) -> dict[str, Any]:
        """The OpenAPI document."""
        return complete(self, dict(super().get_openapi_schema(path_prefix="/api/")))

    def get_openapi_schema(self, **_: Any) -> dict[str, Any]:  # type: ignore[override]
        """The OpenAPI document, whatever address it is asked under."""
        return self.description_document


api = Interface(
    title="集群 jiqun",
    version=jiqun.__version__,
    description=ABOUT,
    docs_url=None,
    urls_namespace="api",
    renderer=PlainJson(),
    auth=[Token(), Session()],
)
add_handlers(api)
for part in (
    objecting,
    reading,
    working,
    factories,
    connecting,
    alarms,
    shifts,
    matching,
    policies,
    ladders,
    recognising,
    collecting,
    people,
):
    api.add_router("", part.router)
