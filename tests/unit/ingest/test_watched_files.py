import json
from pathlib import Path

import pytest
from folkmoot_ingest.gateways.watched_files import key_file, source_file

from tests.support.ingest_fakes import NOW


async def test_a_file_that_nobody_named_is_empty() -> None:
    keys = key_file(None)
    await keys.load()
    assert keys.current.find("folkmoot_test_a_" + "A" * 43, NOW) is None


async def test_a_changed_file_counts_and_a_spoilt_one_does_not(tmp_path: Path) -> None:
    file = tmp_path / "sources.json"
    file.write_text(json.dumps({"crm": "north"}))
    sources = source_file(file)
    await sources.load()
    file.write_text(json.dumps({"crm": "north", "erp": "south"}))
    await sources.load()
    file.write_text("{")
    with pytest.raises(ValueError, match="JSON"):
        await sources.load()
    assert sources.current == {"crm": "north", "erp": "south"}
