"""Takes a port, before anything that takes time."""

from __future__ import annotations

import socket

from infra.local.problems import PortTaken


def listen(port: int, *, option: str) -> socket.socket:
    """Return a socket that listens on loopback. `option` is the word of the command line that chose the port.

    Raises:
        PortTaken: another program listens there.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise PortTaken(port, option) from error
    return listener
