"""The Danish words for what partners know by code. Pure."""

from __future__ import annotations

from collections.abc import Mapping

STATE_NAMES: Mapping[str, str] = {
    "proposed": "Foreslået",
    "active": "Aktiv",
    "ended": "Ophørt",
    "dropped": "Opgivet",
}

STAGE_NAMES: Mapping[str, str] = {
    "dialogue": "I dialog",
    "proposed": "Foreslået",
    "coming": "Begynder senere",
    "active": "Aktiv",
    "ended": "Ophørt",
}

#: What a partner waits for, as the secretariat sees it.
WAITS_FOR: Mapping[str, str] = {
    "dialogue": "et forslag til aftale",
    "proposed": "styregruppens mandat",
    "coming": "aftalens første dag",
    "active": "ingenting",
    "ended": "ingenting",
}

EVENT_NAMES: Mapping[str, str] = {
    "registered": "Oprettet",
    "contacts_changed": "Kontakter ændret",
    "corrected": "Navn, CVR-nummer eller kø rettet",
    "proposed": "Aftale foreslået",
    "dropped": "Forslag opgivet",
    "activated": "Aftale aktiveret",
    "reminded": "Mindet om, at aftalen skal afklares",
    "reviewed": "Aftalen gennemgået",
    "evaluated": "Evalueret",
    "extension_asked": "Forlængelse ønsket",
    "extension_declined": "Forlængelse afslået",
    "extended": "Forlænget",
    "end_set": "Sidste dag fastsat",
    "continued": "Perioden sluttede, aftalen fortsætter",
    "ended": "Ophørt",
}

PARTY_NAMES: Mapping[str, str] = {"secretariat": "Sekretariatet", "partner": "Partneren"}
