"""Ports of this machine that nobody else takes between the choice and the use.

A port that the kernel chose and that was given back may be anybody's in the next moment: every
connection of every test beside this one takes such a port too. Those below are taken by nobody
who does not name them; each process of a run begins at another place.
"""

from __future__ import annotations

import errno
import os
import socket
from itertools import count

#: Below the ports that the kernel gives to connections (32,768 and more on Linux, 49,152 on a Mac).
FIRST, LAST = 20_000, 32_000

_numbers = count(os.getpid() * 1_009)


def free_port() -> int:
    """A port that nobody listens on, and that nobody is given who asks for any."""
    for number in _numbers:
        port = FIRST + number % (LAST - FIRST)
        if _is_free(port):
            return port
    raise AssertionError("the numbers do not end")


def _is_free(port: int) -> bool:
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            with socket.socket(family) as one:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                one.bind((host, port))
        except OSError as error:
            if error.errno in (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL):
                continue  # a machine without IPv6
            return False
    return True
