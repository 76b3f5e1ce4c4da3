"""The site: API Gateway in front of the application's function, as a WSGI application.

One request at a time, as one Lambda instance does; what a form sets going (mails, receipts) is done before its answer
leaves, so that the next page shows it.

Source: Amazon API Gateway Developer Guide, "Output format of a Lambda function for proxy integration", "Quotas".
"""

from __future__ import annotations

import base64
import binascii
import traceback
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import urlsplit

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from chalicelib.common.clock import Clock, system_clock
from infra.local.proxy_event import encoded_path, proxy_event
from infra.local.rest_api import Refusal, RestApi

_MOST_BYTES = 10 * 1024 * 1024

Call = Callable[[Mapping[str, Any]], Any]


class Gateway:
    """Answers by calling the function. `base_url` is the one address that it answers at.

    `working` is held while a request is worked on, and `afterwards` called after each that may have changed something.
    """

    def __init__(
        self,
        api: RestApi,
        call: Call,
        *,
        base_url: str,
        working: AbstractContextManager[Any],
        afterwards: Callable[[], object],
        clock: Clock = system_clock,
    ) -> None:
        self._api = api
        self._call = call
        self._base_url = base_url
        self._working = working
        self._afterwards = afterwards
        self._clock = clock

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        request = Request(environ)
        if request.host != urlsplit(self._base_url).netloc:
            # Cookies and forms hold for one address: whoever came by another name of this machine is led there.
            return redirect(self._base_url, 307)(environ, start_response)
        with self._working:
            response = self._answer(request)
            if request.method != "GET":
                self._afterwards()
        return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        resource = self._api.match(request.method, encoded_path(request))
        if resource is None:
            return self._refusal(Refusal.NO_SUCH_ROUTE, request)
        request.max_content_length = _MOST_BYTES
        try:
            body = request.get_data()
        except RequestEntityTooLarge:
            return self._refusal(Refusal.TOO_LARGE, request)
        event = proxy_event(
            request,
            resource,
            body=body,
            is_binary=self._api.is_binary(request.headers.get("Content-Type", "application/json")),
            stage=self._api.stage,
            now=self._clock.now(),
        )
        try:
            return self._response(self._call(event), request)
        except Exception:  # noqa: BLE001  # API Gateway too answers any failure of the function, and its logs tell
            traceback.print_exc()
            return self._refusal(Refusal.FUNCTION_FAILED, request)

    def _response(self, answer: Any, request: Request) -> Response:
        """Return the function's answer as HTTP.

        Raises:
            ValueError: it is none, which API Gateway calls a malformed Lambda proxy response.
        """
        if not isinstance(answer, dict) or not isinstance(answer.get("statusCode"), int):
            raise ValueError("malformed Lambda proxy response")
        body: str | bytes = answer.get("body") or ""
        if answer.get("isBase64Encoded") and self._api.is_binary(request.headers.get("Accept", "*/*")):
            try:
                body = base64.b64decode(body, validate=True)
            except binascii.Error as error:
                raise ValueError("malformed Lambda proxy response") from error
        several = answer.get("multiValueHeaders") or {}
        single = {name: [value] for name, value in (answer.get("headers") or {}).items() if name not in several}
        headers = [(name, str(value)) for name, values in {**single, **several}.items() for value in values]
        response = Response(body, status=answer["statusCode"], headers=headers)
        if not any(name.lower() == "content-type" for name, _ in headers):
            response.headers["Content-Type"] = "application/json"
        return response

    def _refusal(self, refusal: Refusal, request: Request) -> Response:
        told = self._api.refuse(refusal, accept=request.headers.get("Accept", ""))
        return Response(told.body, status=told.status, headers={**told.headers, "Content-Type": told.content_type})
