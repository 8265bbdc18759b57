"""Run tagging: `python -m folkmoot_tagging`."""

import uvloop

from folkmoot_tagging.app import build_app
from folkmoot_tagging.settings import Settings

uvloop.run(build_app(Settings.read()).run())
