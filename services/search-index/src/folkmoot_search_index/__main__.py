"""Run search-index: `python -m folkmoot_search_index`."""

import uvloop

from folkmoot_search_index.app import build_app
from folkmoot_search_index.settings import Settings

uvloop.run(build_app(Settings.read()).run())
