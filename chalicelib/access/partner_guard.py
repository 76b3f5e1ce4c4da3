"""The one way to declare what a partner's systems call: `@signed_route(bp, "GET", "/partner/v1/…", permit=…, …)`.

Around each view stands the guard: the body's size, the signature, the nonce, the partner's limit, the feature's own
permission, the content type, and for a POST its Idempotency-Key, in this order: whoever isn't the partner can't use up
what is the partner's, and an answer that was kept isn't told to who may not ask any more. Every refused signature is
told alike; the reason goes to the log.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from chalice.app import Blueprint, Response

from chalicelib.access import call_limits, idempotency, nonces, partner_keys, signatures
from chalicelib.access.call_limits import TooManyCalls
from chalicelib.access.idempotency import StillWorking
from chalicelib.access.refusals import refusal
from chalicelib.access.routing import Declared, PathParameter, declared
from chalicelib.access.signatures import NotAuthentic, SignedMessage, Verified
from chalicelib.access.table import SIGNED_ROUTES
from chalicelib.access.visit import Visit
from chalicelib.common.clock import Clock, system_clock
from chalicelib.runtime import settings, web
from chalicelib.runtime.chalice_app import response_of
from chalicelib.runtime.entrypoints import answered, logger
from chalicelib.runtime.web import Answer

_CLOCK_HINT = f"Signaturen er i orden, men created ligger mere end {signatures.WINDOW_SECONDS} sekunder fra vores ur."


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerCall:
    """A call whose signature holds. Whose things it may reach is `partner_id`, and nothing in the request says more."""

    visit: Visit
    partner_id: str
    key_id: str


View = Callable[[PartnerCall], Answer]
#: Raises what it refuses.
Permit = Callable[[PartnerCall], None]


def signed_route(
    bp: Blueprint,
    method: str,
    path: str,
    *,
    summary: str,
    permit: Permit,
    body: Any = None,
    answers: Mapping[int, Any] | None = None,
    parameters: Mapping[str, PathParameter] | None = None,
    clock: Clock = system_clock,
) -> Callable[[View], View]:
    """Declare a view as the entry point of a signed route. It answers the call and raises what it refuses.

    `permit` is asked at every call, also one that was answered before.

    Raises:
        KeyError: the route is not in the table of signed routes.
    """
    if (method, path) not in SIGNED_ROUTES:
        raise KeyError(method, path)

    def declare(view: View) -> View:
        declared.append(
            Declared(
                method=method,
                path=path,
                summary=summary,
                name=view.__name__,
                body=body,
                answers=answers,
                parameters=parameters or {},
            )
        )

        @bp.route(path, methods=[method], name=view.__name__, content_types=[])  # type: ignore[untyped-decorator]  # Chalice has no types
        def entry(**_parameters: str) -> Response:
            request = bp.current_request
            visit = Visit(request, clock=clock)
            answer = answered(
                f"{method} {path}",
                lambda: guarded(view, visit, message_of(request), permit=permit),
                refused=lambda error: _refused(visit, error),
                request_id=visit.request_id,
            )
            return response_of(answer)

        return view

    return declare


def guarded(view: View, visit: Visit, message: SignedMessage, *, permit: Permit) -> Answer:
    """Call the view when the signature holds, once for each Idempotency-Key.

    Raises:
        AppError: it doesn't, the partner's limit is reached, or what `permit` or the view refuses.
    """
    if len(message.body) > web.MOST_BODY_BYTES:
        raise web.TooLarge
    verified = _authenticated(visit, message)
    call_limits.count(verified.partner_id, clock=visit.clock)
    call = PartnerCall(visit=visit, partner_id=verified.partner_id, key_id=verified.key_id)
    permit(call)
    if visit.method == "GET":
        return view(call)
    visit.check_body()
    if visit.method != "POST":
        return view(call)
    return idempotency.once(
        lambda: view(call),
        partner_id=call.partner_id,
        key=visit.headers.get("idempotency-key", ""),
        method=message.method,
        path=message.path,
        body=message.body,
        clock=visit.clock,
    )


def message_of(request: Any) -> SignedMessage:
    """Return a request of Chalice's as it was signed: the path still encoded, each header's every line."""
    event = request.to_original_event()
    lines = event.get("multiValueHeaders") or {name: [value] for name, value in (event.get("headers") or {}).items()}
    body = request.raw_body
    return SignedMessage(
        method=request.method,
        origin=settings.base_url(),
        path=request.context["path"],
        has_query=bool(event.get("multiValueQueryStringParameters") or event.get("queryStringParameters")),
        headers=tuple((name, value) for name, values in lines.items() for value in values),
        body=body if isinstance(body, bytes) else body.encode(),
    )


def _authenticated(visit: Visit, message: SignedMessage) -> Verified:
    """Return who signed the message, and use its nonce up; log what is the matter otherwise."""
    try:
        verified = signatures.verify(message, find_key=partner_keys.find, clock=visit.clock)
        nonces.use(verified.key_id, verified.nonce, created=verified.created, clock=visit.clock)
    except NotAuthentic as error:
        named = {"reason": error.reason, "key_id": error.key_id}
        logger().warning("signed call refused", extra={"entry_point": _name(visit), **named})
        raise
    ids = {"partner_id": verified.partner_id, "key_id": verified.key_id}
    logger().info("signed call", extra={"entry_point": _name(visit), **ids})
    return verified


def _refused(visit: Visit, error: Exception) -> Answer:
    if isinstance(error, NotAuthentic):
        if error.is_clock_skew:
            return web.problem(401, code=error.code, detail=error.message, hint=_CLOCK_HINT)
        return web.problem(401, code=error.code, detail=error.message)
    if isinstance(error, TooManyCalls):
        told = web.problem(429, code=error.code, detail=error.message)
        return replace(told, headers={"Retry-After": str(error.seconds)})
    answer = refusal(visit, error)
    return replace(answer, headers={"Retry-After": "1"}) if isinstance(error, StillWorking) else answer


def _name(visit: Visit) -> str:
    return f"{visit.method} {visit.route}"
