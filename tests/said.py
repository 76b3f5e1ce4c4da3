"""What the application logs and puts on queues, watched in every test: no person is ever named there (T20)."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from botocore.client import BaseClient

from chalicelib.runtime.entrypoints import logger

#: An address of anybody, or an agent as the sample drops and the tests name them: 190-001.
NAMES_SOMEBODY = re.compile(r"[\w.+-]+@[\w-]+\.\w|(?<![\w-])\d{3}-(?:\d{3}\b|kanarie)")


class _Listener(logging.Handler):
    def __init__(self, said: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self._said = said

    def emit(self, record: logging.LogRecord) -> None:
        self._said.append(" ".join(str(value) for value in vars(record).values() if not isinstance(value, float)))


@contextmanager
def heard() -> Iterator[list[str]]:
    """Give every line that is logged inside, with everything beside its message, and every message for a queue."""
    said: list[str] = []
    call = BaseClient._make_api_call

    def listening(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        if operation.startswith("SendMessage"):
            said.append(json.dumps(parameters, ensure_ascii=False))
        return call(client, operation, parameters)

    listener = _Listener(said)
    ours = logging.getLogger(logger().name)
    ours.addHandler(listener)
    try:
        with patch.object(BaseClient, "_make_api_call", listening):
            yield said
    finally:
        ours.removeHandler(listener)
