"""The mail viewer: every mail as it was sent, the reports of the drops, the outbox, and the run's clock.

On this machine only.

What it shows comes from outside (mails, reports of dropped files): it runs no script, and shows HTML that it did not
write in a sandboxed frame.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from werkzeug.exceptions import Forbidden, HTTPException, MisdirectedRequest, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from chalicelib.common import danish
from chalicelib.common.clock import system_clock
from chalicelib.kpi.report import STATUS_NAME
from chalicelib.mail import outbox
from chalicelib.mail.delivery import State
from chalicelib.runtime import settings
from infra.local import mailbox, reports
from infra.local.clockwork import Clockwork, DateRefused
from infra.local.mail_links import links_in
from infra.local.mailbox import SentMail

_TEMPLATES = Path(__file__).with_name("templates")
_CHALICELIB = Path(__file__).resolve().parents[2] / "chalicelib"

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
#: For HTML that we show but did not write: no script, no form, nothing fetched; framed by our own pages only.
_FOREIGN_HTML = {
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
}

#: The one page with a form.
_WITH_FORM = {
    "Content-Security-Policy": _HEADERS["Content-Security-Policy"].replace("form-action 'none'", "form-action 'self'"),
}

NAME_BY_STATE = {
    State.PENDING: "Venter",
    State.SENDING: "Ved at blive sendt",
    State.SENT: "Sendt",
    State.DELIVERED: "Leveret",
    State.COMPLAINED: "Meldt som spam",
    State.BOUNCED: "Afvist af modtageren",
    State.FAILED: "Ikke sendt",
}

NAME_BY_FUNCTION = {
    "retention-daily": "Oplysninger om personer, der er gamle nok til at blive slettet",
    "membership-daily": "Dagens indmeldelser, opgaver og udmeldelser",
    "partners-daily": "Partneraftaler, der slutter eller skal afklares",
    "cases-daily": "Sager, hvis frist begynder",
    "evaluation-watchdog": "Evalueringer, der venter",
    "sweep-webhooks": "Hændelser, som partnere venter på",
    "sweep-outbox": "Mails, der var holdt tilbage",
}

_routes = Map(
    [
        Rule("/", endpoint="mails"),
        Rule("/mails/<message_id>", endpoint="mail"),
        Rule("/mails/<message_id>/html", endpoint="mail_html"),
        Rule("/mails/<message_id>/raw.eml", endpoint="mail_raw"),
        Rule("/rapporter", endpoint="reports"),
        Rule("/rapporter/<path:key>", endpoint="report"),
        Rule("/udbakke", endpoint="outbox"),
        Rule("/ur", endpoint="clock", methods=["GET"]),
        Rule("/ur", endpoint="move_clock", methods=["POST"]),
    ]
)


class Viewer:
    """The WSGI application. `hosts` are the Host headers that it answers to: others come from a foreign page."""

    def __init__(self, hosts: Iterable[str], clockwork: Clockwork) -> None:
        self._hosts = frozenset(hosts)
        self._clockwork = clockwork

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        request = Request(environ)
        try:
            if request.host not in self._hosts:
                raise MisdirectedRequest
            endpoint, arguments = _routes.bind_to_environ(environ).match()
            response = self._answer(request, endpoint, arguments)
        except HTTPException as error:
            response = _page("problem.html", status=error.code or 500)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        return response(environ, start_response)

    def _answer(self, request: Request, endpoint: str, arguments: Mapping[str, Any]) -> Response:
        if endpoint == "clock":
            return _clock(self._clockwork)
        if endpoint == "move_clock":
            if not _is_from_here(request):
                raise Forbidden
            return _move_clock(self._clockwork, request.form.get("dato", ""))
        return _PAGES[endpoint](**arguments)


def _is_from_here(request: Request) -> bool:
    """Whether a form was sent by a page of ours. Ours have no referrer, so browsers send them `Origin: null`."""
    site = request.headers.get("Sec-Fetch-Site")
    return site == "same-origin" if site else request.headers.get("Origin") == f"http://{request.host}"


def _mails() -> Response:
    return _page("mails.html", mails=list(mailbox.sent), clock_time=danish.clock_time)


def _mail(message_id: str) -> Response:
    mail = _mail_named(message_id)
    return _page(
        "mail.html",
        mail=mail,
        links=links_in(mail),
        headers=list(mail.message.items()),
        clock_time=danish.clock_time,
    )


def _mail_html(message_id: str) -> Response:
    html = _mail_named(message_id).part("html")
    if not html:
        raise NotFound
    return Response(html, mimetype="text/html", headers=_FOREIGN_HTML)


def _mail_raw(message_id: str) -> Response:
    mail = _mail_named(message_id)
    name = mail.tags.get("mail_id", "mail")
    return Response(
        mail.raw, mimetype="message/rfc822", headers={"Content-Disposition": f'attachment; filename="{name}.eml"'}
    )


def _mail_named(message_id: str) -> SentMail:
    for mail in mailbox.sent:
        if mail.message_id == message_id:
            return mail
    raise NotFound


def _reports() -> Response:
    return _page("reports.html", drops=list(reports.drops()), status_name=STATUS_NAME, clock_time=danish.clock_time)


def _report(key: str) -> Response:
    body = reports.body(key)
    if body is None:
        raise NotFound
    if key.endswith(".html"):
        return Response(body, mimetype="text/html", headers=_FOREIGN_HTML)
    return Response(body, mimetype="application/json")


def _outbox() -> Response:
    by_state = {state: list(outbox.in_state(state)) for state in State}
    return _page(
        "outbox.html",
        counts=Counter({NAME_BY_STATE[state]: len(mails) for state, mails in by_state.items()}),
        waiting=by_state[State.PENDING],
        attention=outbox.needing_attention(),
        name_by_state=NAME_BY_STATE,
    )


def _clock(clockwork: Clockwork, *, status: int = 200, wanted: str = "", refused: str = "") -> Response:
    page = _page(
        "clock.html",
        status=status,
        morning=clockwork.last,
        name_by_function=NAME_BY_FUNCTION,
        wanted=wanted,
        refused=refused,
    )
    page.headers.update(_WITH_FORM)
    return page


def _move_clock(clockwork: Clockwork, wanted: str) -> Response:
    try:
        clockwork.move_to(date.fromisoformat(wanted))
    except DateRefused as error:
        return _clock(clockwork, status=422, wanted=wanted, refused=error.message)
    except ValueError:
        return _clock(clockwork, status=422, refused="Skriv datoen som 2025-07-01.")
    return redirect("/ur", 303)


_PAGES: dict[str, Callable[..., Response]] = {
    "mails": _mails,
    "mail": _mail,
    "mail_html": _mail_html,
    "mail_raw": _mail_raw,
    "reports": _reports,
    "report": _report,
    "outbox": _outbox,
}


def _page(template: str, *, status: int = 200, **facts: Any) -> Response:
    return Response(_environment().get_template(template).render(**facts), status=status, mimetype="text/html")


@cache
def _environment() -> Environment:
    environment = Environment(
        # The page frame is the application's own.
        loader=FileSystemLoader([_TEMPLATES, _CHALICELIB]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(today=system_clock.today, site=settings.base_url)
    environment.filters.update(day=danish.long_date, number=danish.number)
    return environment
