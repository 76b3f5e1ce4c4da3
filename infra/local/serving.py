"""Serves a WSGI application on a socket that listens already, while something lasts."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class _QuietRequestHandler(WSGIRequestHandler):
    """Serves without a line per request, and without naming the server."""

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002  # werkzeug's name
        pass

    def version_string(self) -> str:
        return "local"


@contextmanager
def serving(listener: socket.socket, application: Application, *, name: str) -> Iterator[None]:
    """Serve the application to whoever connects to `listener`."""
    host, port = listener.getsockname()
    # Threads, because a browser opens connections that it doesn't use yet.
    server = make_server(
        host, port, application, threaded=True, request_handler=_QuietRequestHandler, fd=listener.fileno()
    )
    thread = Thread(target=server.serve_forever, name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
