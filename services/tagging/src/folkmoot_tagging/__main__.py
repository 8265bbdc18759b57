"""Runs the service: `python -m folkmoot_tagging`."""

import asyncio

from folkmoot_tagging.app import build_app
from folkmoot_tagging.settings import Settings

asyncio.run(build_app(Settings()).run())
