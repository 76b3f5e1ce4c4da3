"""The Danish words for what membership knows by code. Pure."""

from __future__ import annotations

from collections.abc import Mapping

STATE_NAMES: Mapping[str, str] = {
    "received": "Modtaget, ikke bekræftet",
    "confirmed": "Bekræftet af kontaktpersonen",
    "validated": "Klar til styregruppen",
    "approved": "Godkendt",
    "declined": "Afslået",
    "agreement_sent": "Aftalen er sendt",
    "signed": "Aftalen er underskrevet",
    "active": "Medlem",
    "withdrawn": "Udmeldt",
    "lapsed": "Bortfaldet uden bekræftelse",
    "cancelled": "Trukket tilbage",
    "new_date_needed": "Mangler en ny indmeldelsesdato",
    "new_date_chosen": "Ny indmeldelsesdato valgt",
}

#: What a request waits for, as the secretariat reads it after "Venter på"; a request that is settled waits for nothing.
WAITS_FOR: Mapping[str, str] = {
    "received": "at kontaktpersonen bekræfter sin e-mailadresse",
    "confirmed": "at sekretariatet gennemgår den",
    "validated": "styregruppens beslutning",
    "approved": "at sekretariatet sender samarbejdsaftalen",
    "agreement_sent": "at kommunen underskriver samarbejdsaftalen",
    "signed": "indmeldelsesdatoen",
    "new_date_needed": "at kontaktpersonen vælger en ny indmeldelsesdato",
}

#: What happens next, as the municipality reads it.
NEXT_FOR_CONTACT: Mapping[str, str] = {
    "received": "Bekræft anmodningen, så går sekretariatet i gang. Bekræfter I den ikke, bortfalder den efter en uge.",
    "confirmed": "Sekretariatet gennemgår anmodningen og lægger den frem for styregruppen. I skal ikke gøre noget.",
    "validated": "Styregruppen tager stilling på et af sine næste møder. I får en mail om afgørelsen.",
    "approved": "Sekretariatet sender jer samarbejdsaftalen til underskrift.",
    "declined": "Styregruppen kunne ikke imødekomme anmodningen. I er velkomne til at sende en ny.",
    "agreement_sent": "Underskriv samarbejdsaftalen, og send den tilbage til sekretariatet inden indmeldelsesdatoen.",
    "signed": "Medlemskabet begynder af sig selv på indmeldelsesdatoen. Da får I velkomstpakken.",
    "active": "I er med. Log ind som leder for at se medlemskabet og jeres onboarding.",
    "withdrawn": "Medlemskabet er ophørt. I er altid velkomne tilbage.",
    "lapsed": "Anmodningen blev ikke bekræftet i tide, eller I sendte en anden i stedet. Send gerne en ny.",
    "cancelled": "Anmodningen er trukket tilbage. I er velkomne til at sende en ny.",
    "new_date_needed": (
        "Indmeldelsesdatoen er nået, og vi har ikke fået en underskrevet aftale. Vælg en ny dato. "
        "Har I underskrevet inden datoen, så send aftalen til sekretariatet i stedet."
    ),
}

SERVICE_NAMES: Mapping[str, str] = {"contact_centre": "Kontaktcenter", "chatbot": "Chatbot"}
RESPONSIBLE_NAMES: Mapping[str, str] = {"leader": "Kommunens leder", "secretariat": "Sekretariatet"}

#: The rulebook's titles of what the secretariat does, as the municipality is told; a title that isn't here stays.
TOLD_BY_TITLE: Mapping[str, str] = {
    "Send velkomstpakken til kommunen": "Vi sender jer velkomstpakken",
    "Hold intromøde om samarbejdet": "Vi holder intromøde med jer om samarbejdet",
    "Hold opfølgningsmøde med kommunen": "Vi holder opfølgningsmøde med jer",
}
