"""Run notification: `python -m folkmoot_notification`."""

import asyncio

from folkmoot_notification.app import build_app
from folkmoot_notification.settings import Settings

asyncio.run(build_app(Settings()).run())
