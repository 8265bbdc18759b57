"""Run ingest: `python -m folkmoot_ingest`."""

import uvloop

from folkmoot_ingest.app import build_app
from folkmoot_ingest.settings import Settings

uvloop.run(build_app(Settings.read()).run())
