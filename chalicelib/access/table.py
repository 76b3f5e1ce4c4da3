"""Who may call which route: the one table. A route that isn't in it can't be declared.

`{municipality_code}` in a path is always checked against a leader's own municipality; what else is somebody's (a
contact's request) is checked by the feature that knows whose it is. What isn't yours doesn't exist: 404.

What partners' systems call stands apart: there the signature says who calls, never a session (partner_guard.py).
"""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.access.people import Role

#: Open to everybody, signed in or not.
PUBLIC: frozenset[Role] = frozenset()

_ANYBODY_SIGNED_IN = frozenset(Role)
_CONTACT = frozenset({Role.CONTACT})
_LEADER = frozenset({Role.LEADER})
_SECRETARIAT = frozenset({Role.SECRETARIAT})
_DECIDES = frozenset({Role.SECRETARIAT, Role.CHAIR})
_READS = frozenset({Role.SECRETARIAT, Role.CHAIR, Role.STEERING_GROUP})

ROLES_BY_ROUTE: Mapping[tuple[str, str], frozenset[Role]] = {
    # The site itself
    ("GET", "/"): PUBLIC,
    ("GET", "/static/{version}/{file}"): PUBLIC,
    ("GET", "/openapi.json"): PUBLIC,
    ("GET", "/api"): PUBLIC,
    # Sign-in
    ("GET", "/log-ind"): PUBLIC,
    ("POST", "/log-ind"): PUBLIC,
    ("GET", "/log-ind/sendt"): PUBLIC,
    ("GET", "/log-ind/{token}"): PUBLIC,
    ("POST", "/log-ind/{token}"): PUBLIC,
    ("GET", "/mit"): _ANYBODY_SIGNED_IN,
    ("POST", "/log-ud"): _ANYBODY_SIGNED_IN,
    ("POST", "/log-ud-overalt"): _ANYBODY_SIGNED_IN,
    ("GET", "/konti"): _SECRETARIAT,
    ("POST", "/konti"): _SECRETARIAT,
    ("POST", "/konti/fjern"): _SECRETARIAT,
    # Membership: the form, and the contact who filled it in
    ("GET", "/indmeldelse"): PUBLIC,
    ("POST", "/indmeldelse"): PUBLIC,
    ("GET", "/indmeldelse/modtaget"): PUBLIC,
    ("GET", "/indmeldelse/bekraeft/{token}"): PUBLIC,
    ("POST", "/indmeldelse/bekraeft/{token}"): PUBLIC,
    ("POST", "/api/membership-requests"): PUBLIC,
    ("GET", "/indmeldelse/status"): _CONTACT,
    ("GET", "/indmeldelse/status/{request_id}"): _CONTACT,
    ("POST", "/indmeldelse/status/{request_id}/bekraeft"): _CONTACT,
    ("POST", "/indmeldelse/status/{request_id}/ny-dato"): _CONTACT,
    ("POST", "/indmeldelse/status/{request_id}/traek-tilbage"): _CONTACT,
    # Membership: the secretariat's side
    ("GET", "/anmodninger"): _READS,
    ("GET", "/anmodninger/{request_id}"): _READS,
    ("POST", "/anmodninger/{request_id}/valider"): _SECRETARIAT,
    ("POST", "/anmodninger/{request_id}/godkend"): _DECIDES,
    ("POST", "/anmodninger/{request_id}/afvis"): _DECIDES,
    ("POST", "/anmodninger/{request_id}/aftale-sendt"): _SECRETARIAT,
    ("POST", "/anmodninger/{request_id}/aftale-underskrevet"): _SECRETARIAT,
    ("POST", "/anmodninger/{request_id}/annuller"): _SECRETARIAT,
    ("GET", "/medlemmer"): _READS,
    ("GET", "/udmeldelser"): _READS,
    # Membership: the member
    ("GET", "/medlemskab/{municipality_code}"): _LEADER | _READS,
    ("POST", "/medlemskab/{municipality_code}/opgaver/{task}"): _LEADER | _SECRETARIAT,
    ("POST", "/medlemskab/{municipality_code}/kontakter"): _LEADER | _SECRETARIAT,
    ("POST", "/medlemskab/{municipality_code}/kontakter/fjern"): _LEADER | _SECRETARIAT,
    ("POST", "/medlemskab/{municipality_code}/kontakter/annuller"): _LEADER | _SECRETARIAT,
    ("GET", "/kontakt/bekraeft/{token}"): PUBLIC,
    ("POST", "/kontakt/bekraeft/{token}"): PUBLIC,
    ("GET", "/medlemskab/{municipality_code}/udmeldelse"): _LEADER,
    ("POST", "/medlemskab/{municipality_code}/udmeldelse"): _LEADER,
    ("GET", "/udmeldelse/svar/{token}"): PUBLIC,
    ("POST", "/udmeldelse/svar/{token}"): PUBLIC,
    # Partners
    ("GET", "/partnere"): _READS,
    ("GET", "/partnere/ny"): _SECRETARIAT,
    ("POST", "/partnere/ny"): _SECRETARIAT,
    ("GET", "/partnere/{partner_id}"): _READS,
    ("POST", "/partnere/{partner_id}/kontakter"): _SECRETARIAT,
    ("POST", "/partnere/{partner_id}/oplysninger"): _SECRETARIAT,
    ("POST", "/partnere/{partner_id}/forslag"): _SECRETARIAT,
    ("POST", "/partnere/{partner_id}/opgiv"): _SECRETARIAT,
    ("POST", "/partnere/{partner_id}/aktiver"): _DECIDES,
    ("POST", "/partnere/{partner_id}/forlaeng"): _DECIDES,
    ("POST", "/partnere/{partner_id}/afvis"): _DECIDES,
    ("POST", "/partnere/{partner_id}/slut"): _SECRETARIAT,
    ("POST", "/partnere/{partner_id}/gennemgaaet"): _SECRETARIAT,
    ("GET", "/partnere/{partner_id}/evaluering"): _SECRETARIAT,
    ("POST", "/partnere/{partner_id}/evaluering"): _SECRETARIAT,
    ("POST", "/partnere/{partner_id}/noegler"): _SECRETARIAT,
    ("POST", "/partnere/{partner_id}/noegler/udloeb"): _SECRETARIAT,
    ("POST", "/partnere/{partner_id}/noegler/{key_id}/tilbagekald"): _SECRETARIAT,
    ("GET", "/partnere/{partner_id}/webhooks"): _READS,
    ("POST", "/partnere/{partner_id}/webhooks"): _SECRETARIAT,
    ("POST", "/partnere/{partner_id}/webhooks/hemmelighed"): _SECRETARIAT,
    ("POST", "/partnere/{partner_id}/webhooks/fjern"): _SECRETARIAT,
    ("POST", "/partnere/{partner_id}/webhooks/{event_id}/igen"): _SECRETARIAT,
    ("GET", "/partneraftale/evaluering/{token}"): PUBLIC,
    ("POST", "/partneraftale/evaluering/{token}"): PUBLIC,
    ("GET", "/viden"): _LEADER | _READS,
    ("GET", "/viden/{partner_id}/{update_id}"): _READS,
    ("POST", "/viden/{partner_id}/{update_id}/udgiv"): _SECRETARIAT,
    ("POST", "/viden/{partner_id}/{update_id}/afvis"): _SECRETARIAT,
    ("GET", "/nyhedsbrev"): _READS,
    # Follow-up: the secretariat decides
    ("GET", "/sager"): _SECRETARIAT,
    ("GET", "/sager/{agent}"): _SECRETARIAT,
    ("POST", "/sager/{agent}/afgoer"): _SECRETARIAT,
    ("POST", "/sager/{agent}/bevis/{proof_id}/godkend"): _SECRETARIAT,
    ("POST", "/sager/{agent}/bevis/{proof_id}/afvis"): _SECRETARIAT,
    ("GET", "/sager/{agent}/bevis/{proof_id}/dokument"): _SECRETARIAT,
    ("POST", "/sager/{agent}/udfoert"): _SECRETARIAT,
    ("POST", "/sager/{agent}/orienteret"): _SECRETARIAT,
    ("POST", "/sager/{agent}/navn-fortrudt"): _SECRETARIAT,
    ("POST", "/sager/{agent}/stop-fortrudt"): _SECRETARIAT,
    # Follow-up: what the rules would say, which changes nothing
    ("GET", "/hvad-nu-hvis"): _READS,
    ("GET", "/proevekoersel"): _SECRETARIAT,
    ("POST", "/proevekoersel"): _SECRETARIAT,
    ("GET", "/proevekoersel/{run}"): _SECRETARIAT,
    ("GET", "/proevekoersel/{run}/{month}/{municipality_code}"): _SECRETARIAT,
    ("GET", "/proevekoersel/{run}/{month}/{municipality_code}/mail"): _SECRETARIAT,
    # Access requests (GDPR art. 15)
    ("GET", "/indsigt"): _SECRETARIAT,
    ("POST", "/indsigt"): _SECRETARIAT,
    ("GET", "/indsigt/{agent}"): _SECRETARIAT,
    ("GET", "/indsigt/{agent}/fil"): _SECRETARIAT,
    # Governance
    ("GET", "/moeder"): _READS,
    ("POST", "/moeder"): _SECRETARIAT,
    ("GET", "/moeder/{meeting}"): _READS,
    ("POST", "/moeder/{meeting}"): _SECRETARIAT,
    ("GET", "/regler"): _READS,
    ("GET", "/regler/{rule}"): _READS,
    ("POST", "/regler/{rule}"): _SECRETARIAT,
    # Follow-up: the municipality's own
    ("GET", "/opfoelgning"): _READS,
    ("GET", "/opfoelgning/{municipality_code}"): _LEADER | _SECRETARIAT,
    ("GET", "/opfoelgning/{municipality_code}/{agent}"): _LEADER | _SECRETARIAT,
    ("POST", "/opfoelgning/{municipality_code}/{agent}/svar"): _LEADER,
    ("POST", "/opfoelgning/{municipality_code}/{agent}/beviser"): _LEADER,
    ("GET", "/opfoelgning/{municipality_code}/{agent}/beviser/{proof_id}/dokument"): _LEADER | _SECRETARIAT,
    ("POST", "/opfoelgning/{municipality_code}/{agent}/udfoert"): _LEADER,
    ("POST", "/opfoelgning/{municipality_code}/{agent}/stoppet"): _LEADER,
    ("POST", "/opfoelgning/{municipality_code}/{agent}/nyt-navn"): _LEADER,
    # Figures
    ("GET", "/rapporter/{drop_id}"): _SECRETARIAT,
}

#: Called by a partner's systems, each call signed. No session opens them.
SIGNED_ROUTES: frozenset[tuple[str, str]] = frozenset(
    {
        ("GET", "/partner/v1/agreement"),
        ("GET", "/partner/v1/figures/{month}"),
        ("PUT", "/partner/v1/forecasts/{week}"),
        ("POST", "/partner/v1/extension-requests"),
        ("POST", "/partner/v1/knowledge-updates"),
        ("GET", "/partner/v1/knowledge-updates/{update_id}"),
    }
)

#: What shows figures of agents: each look is noted before it is had (look_log.py). tests/access/test_every_look.py
#: holds every GET route to being here, or to showing none.
SHOWS_FIGURES_OF_AGENTS: frozenset[tuple[str, str]] = frozenset(
    {
        ("GET", "/sager"),
        ("GET", "/sager/{agent}"),
        ("GET", "/opfoelgning/{municipality_code}"),
        ("GET", "/opfoelgning/{municipality_code}/{agent}"),
        ("GET", "/rapporter/{drop_id}"),
        ("GET", "/proevekoersel/{run}/{month}/{municipality_code}"),
        ("GET", "/proevekoersel/{run}/{month}/{municipality_code}/mail"),
        ("GET", "/indsigt/{agent}"),
        ("GET", "/indsigt/{agent}/fil"),
    }
)
