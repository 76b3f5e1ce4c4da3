"""Takes the viewer's port, before anything that takes time."""

from __future__ import annotations

import socket

from infra.local.problems import PortTaken


def listen(port: int) -> socket.socket:
    """Return a socket that listens on loopback.

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
        raise PortTaken(port) from error
    return listener
