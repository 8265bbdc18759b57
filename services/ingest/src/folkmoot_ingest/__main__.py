"""Run ingest: `python -m folkmoot_ingest`."""

import asyncio

from folkmoot_ingest.app import build_app
from folkmoot_ingest.settings import Settings

asyncio.run(build_app(Settings()).run())
