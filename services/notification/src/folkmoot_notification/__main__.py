"""Run notification: `python -m folkmoot_notification`."""

import uvloop

from folkmoot_notification.app import build_app
from folkmoot_notification.settings import Settings

uvloop.run(build_app(Settings.read()).run())
