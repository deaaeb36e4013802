"""The studio keeps to the OpenAPI document that it publishes, whatever is asked."""

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, assume, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from audiopod_mcp.studio.routes.openapi import document
from tests.studio.studios import Served

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
OPERATIONS = [found.ok() for found in schemathesis.openapi.from_dict(document()).get_all_operations()]
REFUSING = [o for o in OPERATIONS if o.query or o.body or "{job_id}" in o.path]
"""What can be asked wrongly."""
CASES = [(operation, GenerationMode.POSITIVE) for operation in OPERATIONS] + [
    (operation, GenerationMode.NEGATIVE) for operation in REFUSING
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


@pytest.mark.parametrize(
    ("operation", "mode"), CASES, ids=[f"{operation.label} {mode.value}" for operation, mode in CASES]
)
def test_every_answer_is_as_published(studio, operation, mode):
    @settings(
        max_examples=10,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(mode))
    def tried(case):
        assume(all(value not in ("", [], {}) for value in (case.query or {}).values()))  # empty: not given
        case.call_and_validate(base_url=studio.url, checks=CHECKS)

    tried()
