"""The studio keeps to the OpenAPI document that it publishes, whatever is asked."""

import httpx
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings

from audiopod_mcp.studio.routes.openapi import document
from tests.studio.studios import Served

pytestmark = pytest.mark.slow

OPERATIONS = [
    (method.upper(), path, operation)
    for path, methods in document()["paths"].items()
    for method, operation in methods.items()
]
CASES = [(method, path, "positive") for method, path, _ in OPERATIONS] + [
    (method, path, "negative")
    for method, path, operation in OPERATIONS
    if "{job_id}" in path
    or "requestBody" in operation
    or any(parameter["in"] == "query" for parameter in operation.get("parameters", ()))
]
"""Every operation asked as published; and asked wrongly, where it can be."""


@pytest.fixture(scope="module")
def schema():
    import schemathesis  # takes a second, so not before somebody asks

    return schemathesis.openapi.from_dict(document())


@pytest.fixture(scope="module")
def checks():
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi import checks

    return [
        not_a_server_error,
        checks.status_code_conformance,
        checks.content_type_conformance,
        checks.response_headers_conformance,
        checks.response_schema_conformance,
        checks.negative_data_rejection,
    ]


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    """A studio in a process of its own, with one job."""
    served = Served(tmp_path_factory.mktemp("data"))
    try:
        served.wait(served.create(caption="x", lyrics="la"))
        yield served
    finally:
        served.stop()


def test_the_document_is_the_one_that_is_published(studio):
    assert httpx.get(f"{studio.url}/openapi.json").json() == document()


@pytest.mark.parametrize(("method", "path", "mode"), CASES)
def test_every_answer_is_as_published(studio, schema, checks, method, path, mode):
    from schemathesis import GenerationMode

    @settings(
        max_examples=10,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=schema[path][method].as_strategy(GenerationMode(mode)))
    def tried(case):
        assume(all(value not in ("", [], {}) for value in (case.query or {}).values()))  # empty: not given
        case.call_and_validate(base_url=studio.url, checks=checks)

    tried()
