"""Become another program that dies with its parent.

Run by path, before the program's own command line: `python -IS guard.py PARENT CMD...`.
The kernel forgets a process's parent-death signal at fork and keeps it over exec, so it
is asked for here, in the child. Doing so in `preexec_fn` would run Python between fork
and exec of a parent that may have threads, which can deadlock. SIGKILL, because a
program that hangs in its own shutdown would otherwise outlive everybody: what survives
a crash by design (Kafka's log, MongoDB's journal, the services) survives this.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Ask the kernel to be killed with the parent, then run the command."""
    parent, *command = sys.argv[1:]
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(parent):
        sys.exit("the parent died first")
    os.execvp(command[0], command)  # noqa: S606  no shell is the point


if __name__ == "__main__":
    main()
