"""``docs/faults.md`` tells what really happens when something fails."""

import pytest

from tests.api import fault_table


@pytest.mark.slow
@pytest.mark.anyio
async def test_the_page_tells_what_the_model_reads():
    fresh = await fault_table.table()
    assert fault_table.published() == fresh, "run python -m tests.api.fault_table"
