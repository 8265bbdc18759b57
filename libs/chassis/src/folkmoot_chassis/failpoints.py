"""Named places where a test may kill or fail the process.

Armed by `FOLKMOOT_FAILPOINTS`, a `;`-separated list of `name=action[@n]`: at the n-th
time (default 1) that the place is reached, `kill` sends SIGKILL to the process and
`raise` raises `Transient`. Not armed, a place costs one look into an empty mapping.
"""

import os
import re
import signal

from folkmoot_chassis.failures import Transient

VARIABLE = "FOLKMOOT_FAILPOINTS"
PATTERN = re.compile(r"(?P<name>[\w.]+)=(?P<action>kill|raise)(@(?P<nth>\d+))?")

_armed: dict[str, tuple[str, int]] = {}


def arm(spec: str) -> None:
    """Arm the places that `spec` names; raises ValueError for anything else."""
    _armed.clear()
    for part in filter(None, (part.strip() for part in spec.split(";"))):
        match = PATTERN.fullmatch(part)
        if match is None:
            raise ValueError(f"not a failpoint: {part!r}")
        _armed[match["name"]] = (match["action"], int(match["nth"] or 1))


def arm_from_environment() -> None:
    """Arm what `FOLKMOOT_FAILPOINTS` names."""
    arm(os.environ.get(VARIABLE, ""))


def hit(name: str) -> None:
    """Pass a named place, if it lets us."""
    if not _armed or name not in _armed:
        return
    action, left = _armed[name]
    if left > 1:
        _armed[name] = (action, left - 1)
        return
    del _armed[name]
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    raise Transient(f"failpoint {name}")
