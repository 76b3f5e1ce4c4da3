"""Sign-in, sign-out, and who of the staff has access."""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib.access import navigation, service, sessions, staff
from chalicelib.access.checks import NoSuchPage
from chalicelib.access.people import NAME_BY_ROLE, STAFF, Role, role_name
from chalicelib.access.routing import route
from chalicelib.access.visit import Visit
from chalicelib.common.danish import clock_time
from chalicelib.mail.addresses import AddressRefused
from chalicelib.runtime.web import Answer, BadRequest, see_other

bp = Blueprint(__name__)

_WORD_BY_CHANGE = {"given": "givet", "taken": "fjernet"}
_WRITE_ONE_ADDRESS = "Skriv én e-mailadresse som navn@kommune.dk."


@route(bp, "GET", "/log-ind", summary="Formular: bed om et link at logge ind med")
def ask_for_link(visit: Visit) -> Answer:
    return visit.page("access/ask_for_link.html", address="", wanted=visit.query("videre"), errors={})


@route(bp, "POST", "/log-ind", summary="Send et link at logge ind med; svaret er det samme for alle adresser")
def send_link(visit: Visit) -> Answer:
    address, wanted = visit.form.text("email"), visit.form.text("videre")
    try:
        service.send_sign_in_link(address, wanted=wanted, clock=visit.clock)
    except AddressRefused:
        errors = {"email": _WRITE_ONE_ADDRESS}
        return visit.page("access/ask_for_link.html", status=422, address=address, wanted=wanted, errors=errors)
    return see_other("/log-ind/sendt")


@route(bp, "GET", "/log-ind/sendt", summary="Linket er sendt, hvis adressen er kendt")
def link_sent(visit: Visit) -> Answer:
    return visit.page("access/link_sent.html", minutes=int(service.LINK_LIFETIME.total_seconds()) // 60)


@route(bp, "GET", "/log-ind/{token}", summary="Knap, der logger ind; linket bruges først, når der trykkes")
def choose(visit: Visit) -> Answer:
    token = visit.parameters["token"]
    choices = [role_name(person) for person in service.choices(token, clock=visit.clock)]
    hours = int(sessions.LIFETIME.total_seconds()) // 3600
    return visit.page("access/choose.html", token=token, choices=choices, hours=hours)


@route(bp, "POST", "/log-ind/{token}", summary="Brug linket: log ind")
def sign_in(visit: Visit) -> Answer:
    chosen = visit.form.text("som")
    if not (chosen.isascii() and chosen.isdigit()):
        raise BadRequest("Gå tilbage, og tryk på knappen igen.")
    signed_in = service.sign_in(visit.parameters["token"], chosen=int(chosen[:3]), clock=visit.clock)
    landing = navigation.landing(signed_in.person, signed_in.wanted)
    return _with_cookie(see_other(landing), sessions.cookie(signed_in.session))


@route(bp, "GET", "/mit", summary="Den første side for den, der er logget ind")
def home(visit: Visit) -> Answer:
    return see_other(navigation.home(visit.somebody))


@route(bp, "POST", "/log-ud", summary="Log ud i denne browser")
def sign_out(visit: Visit) -> Answer:
    sessions.end(visit.cookies)
    return _with_cookie(see_other("/"), sessions.no_cookie())


@route(bp, "POST", "/log-ud-overalt", summary="Log ud i alle browsere")
def sign_out_everywhere(visit: Visit) -> Answer:
    sessions.end_everywhere(visit.somebody.address, clock=visit.clock)
    return _with_cookie(see_other("/"), sessions.no_cookie())


@route(bp, "GET", "/konti", summary="Hvem i sekretariat og styregruppe der har adgang")
def accounts(visit: Visit) -> Answer:
    return _accounts(visit)


@route(bp, "POST", "/konti", summary="Giv en adresse adgang i en rolle")
def give_account(visit: Visit) -> Answer:
    role = _staff_role(visit)
    if role is None:
        return _accounts(visit, errors={"rolle": "Vælg en rolle."})
    try:
        service.give_account(visit.form.text("email"), role, by=visit.somebody, clock=visit.clock)
    except AddressRefused:
        return _accounts(visit, errors={"email": _WRITE_ONE_ADDRESS})
    return see_other("/konti")


@route(bp, "POST", "/konti/fjern", summary="Fjern en adresses adgang i en rolle")
def take_account(visit: Visit) -> Answer:
    role = _staff_role(visit)
    if role is None:
        raise NoSuchPage
    service.take_account(visit.form.text("email"), role, by=visit.somebody, clock=visit.clock)
    return see_other("/konti")


def _accounts(visit: Visit, *, errors: dict[str, str] | None = None) -> Answer:
    return visit.page(
        "access/accounts.html",
        status=422 if errors else 200,
        accounts=[
            {"address": person.address, "role": person.role.value, "role_name": NAME_BY_ROLE[person.role]}
            for person in staff.everybody()
        ],
        log=[
            {
                "at": clock_time(change.at),
                "by": change.by,
                "what": _WORD_BY_CHANGE[change.what],
                "address": change.person.address,
                "role": role_name(change.person),
            }
            for change in reversed(staff.log())
        ],
        roles=[(role.value, NAME_BY_ROLE[role]) for role in STAFF],
        address=visit.form.text("email") if errors else "",
        role=visit.form.text("rolle") if errors else "",
        errors=errors or {},
    )


def _staff_role(visit: Visit) -> Role | None:
    return next((role for role in STAFF if role.value == visit.form.text("rolle")), None)


def _with_cookie(answer: Answer, cookie: str) -> Answer:
    return Answer(status=answer.status, headers=answer.headers, cookies=(cookie,))
