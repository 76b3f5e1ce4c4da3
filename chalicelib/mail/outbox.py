"""The door that other features use: record a mail with what causes it, nudge, and see what became of it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import chain

from pynamodb.transactions import TransactWrite

from chalicelib.common.clock import Clock, system_clock
from chalicelib.mail import store
from chalicelib.mail.delivery import Delivery, State
from chalicelib.mail.mails import Mail, MailState, checked
from chalicelib.mail.nudges import nudge

__all__ = [
    "Mail",
    "MailState",
    "State",
    "explanation",
    "in_state",
    "needing_attention",
    "nudge",
    "record",
    "record_alone",
    "rendered",
    "state_of",
]

#: Staff are told of a mail that has been put off this often in a row.
DEFERRALS_SHOWN = 3
#: How far back staff are shown troubled mails.
ATTENTION_WINDOW = timedelta(days=92)

#: What staff do: a mail's recipients are fixed when it is recorded, so correcting an address helps later mails only.
_FORWARD = (
    "Mailen sendes ikke igen af sig selv: få den rigtige adresse, ret den for kommende mails, og videresend denne."
)
_EXPLANATION_BY_REASON = {
    "complained": "En modtager har meldt mailen som spam. Ring til modtageren, før I skriver igen.",
    "bounced_for_now": "Modtagerens postkasse tog ikke imod: den er fuld, væk for en tid eller svarer automatisk. "
    "Mailen sendes ikke igen af sig selv: spørg modtageren, og videresend den, hvis den ikke er nået frem.",
    "bounced": f"Modtagerens adresse findes ikke eller afviser mail fra os. {_FORWARD}",
    "suppressed": "SES sender ikke til adressen, fordi den tidligere har afvist eller meldt os. "
    "Få adressen ryddet hos SES, eller få en anden, og videresend mailen: den sendes ikke igen af sig selv.",
    "rejected": "SES tog mailen og afviste den derefter. Ingen har fået den, og den sendes ikke igen af sig selv.",
    "uncertain": "Vi ved ikke, om mailen er sendt: svaret udeblev to gange. "
    "Spørg modtageren, og videresend den, hvis den ikke er nået frem.",
    "no_answer": "Svaret på afsendelsen udeblev. Mailen sendes én gang til og kan nå frem to gange.",
    "unrenderable": "Mailen kan ikke skrives ud fra sin skabelon. Den sendes, når fejlen er rettet.",
    "address_refused": f"En modtagers adresse er ikke gyldig. {_FORWARD}",
    "lease_over": "Afsendelsen nåede ikke at begynde i tide. Den prøves igen.",
    "no_receipt": "SES tog mailen for over et døgn siden, men der er ikke kommet kvittering.",
    "may_be_duplicate": "Mailen er sendt igen efter et udeblevet svar. Modtageren kan have fået den to gange.",
}


def record(transaction: TransactWrite, mail: Mail, *, clock: Clock = system_clock) -> None:
    """Add the mail to the transaction of what causes it (one item): both stand, or neither.

    The transaction fails when the mail is recorded already. Nudge after it is committed.

    Raises:
        AddressRefused: a recipient is not one plain address.
        MailRefused: the mail breaks another limit.
    """
    store.add_to(transaction, checked(mail), _new(mail, clock), owner=secrets.token_hex(8))


def record_alone(mail: Mail, *, clock: Clock = system_clock, add: Callable[..., bool] = store.add) -> bool:
    """Record a mail that has no cause to be stored with; say no when it is recorded already.

    Raises:
        AddressRefused: a recipient is not one plain address.
        MailRefused: the mail breaks another limit.
    """
    return add(checked(mail), _new(mail, clock), owner=secrets.token_hex(8))


def rendered(mail: Mail) -> tuple[str, str]:
    """Return the text and the HTML of a mail as it would go out, without recording or sending anything."""
    from chalicelib.mail.message import render_parts  # what records mails doesn't pay for MIME

    return render_parts(mail)


def state_of(mail_id: str) -> MailState | None:
    """Return a mail and everything that became of it, as it is now."""
    return store.get(mail_id)


def in_state(state: State) -> Iterator[tuple[str, Delivery]]:
    """Yield the id and history of the mails in a state, by when they are due. May be some seconds old."""
    return ((entry.mail_id, entry.delivery) for entry in store.in_state(state))


def needing_attention(*, clock: Clock = system_clock) -> list[tuple[str, Delivery, str]]:
    """Return what staff must look at: id, history and the Danish reason, oldest first. May be some seconds old.

    Troubled mails of the last 92 days, those that may have gone out twice, those that are put off again and again, and
    those that SES took a day ago without a receipt.
    """
    since = clock.now() - ATTENTION_WINDOW
    recent = chain.from_iterable(
        store.in_state(state, due_from=since) for state in State if state not in (State.PENDING, State.SENDING)
    )
    waiting = chain(store.in_state(State.PENDING), store.in_state(State.SENDING))
    shown = [
        (entry.mail_id, entry.delivery, explanation(reason))
        for entry in chain(waiting, recent)
        if (reason := _why_shown(entry.delivery, now=clock.now()))
    ]
    return sorted(shown, key=lambda each: (each[1].recorded_at, each[0]))


def explanation(reason: str) -> str:
    """Return the Danish sentence for a reason; SES's own codes are shown as they are."""
    return _EXPLANATION_BY_REASON.get(reason, f"SES afviste mailen eller kunne ikke tage den ({reason}).")


def _new(mail: Mail, clock: Clock) -> Delivery:
    return Delivery(state=State.PENDING, recorded_at=clock.now(), send_from=mail.send_from)


def _why_shown(delivery: Delivery, *, now: datetime) -> str | None:
    if delivery.state in (State.FAILED, State.BOUNCED, State.COMPLAINED):
        return delivery.reason
    if delivery.may_be_duplicate:
        return "may_be_duplicate"
    if delivery.state is State.PENDING and (delivery.deferrals >= DEFERRALS_SHOWN or delivery.trouble == "no_answer"):
        return delivery.trouble
    if delivery.state is State.SENT and delivery.due_at <= now:
        return "no_receipt"
    return None
