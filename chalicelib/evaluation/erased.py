"""How the procedure goes on when what it once rested on is erased: as it went on before.

Months up to the last erased one have no lines any more, and who has had no row since then has no standing. But the
lines that are kept still say how their agents stood before, and that their training counted: from these a kept month
is evaluated again to what it came to the first time.

Pure: no clock, no AWS, no environment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from chalicelib.cases.effects import NO_EFFECTS, Effects
from chalicelib.common.months import Month
from chalicelib.evaluation.ledger import MunicipalityMonth, Row
from chalicelib.evaluation.rules import Reason, Standing


def without_gone(found: MunicipalityMonth, last_erased: Month) -> MunicipalityMonth:
    """Return the revision without the standings of those whose last row is erased."""
    kept = {agent: each for agent, each in found.standings.items() if not is_gone(each, last_erased)}
    return found if len(kept) == len(found.standings) else replace(found, standings=kept)


def is_gone(standing: Standing, last_erased: Month) -> bool:
    """Whether a standing is of an erased month."""
    return standing.month is not None and standing.month <= last_erased


def with_remembered(
    standings: Mapping[str, Standing], rows: Iterable[Row], *, was: MunicipalityMonth | None, last_erased: Month
) -> dict[str, Standing]:
    """Return the standings with those that only the month's own lines know: of who came back after erased months."""
    found = dict(standings)
    lines = {} if was is None else was.line_by_agent()
    for agent in {row.agent for row in rows} & lines.keys():
        if agent not in found and is_gone(lines[agent].before, last_erased):
            found[agent] = lines[agent].before
    return found


def with_training(
    effects: Mapping[str, Effects], *, was: MunicipalityMonth | None, last_erased: Month
) -> dict[str, Effects]:
    """Return the effects with the training that the month's lines say has counted, whose proofs may be erased."""
    found = dict(effects)
    for line in () if was is None else was.lines:
        step_1 = line.before.step_1
        if line.reason is Reason.TRAINED and step_1 is not None and step_1 <= last_erased:
            known = found.get(line.agent, NO_EFFECTS)
            if not known.is_trained(step_1):
                found[line.agent] = replace(known, trained_since=step_1.first_day)
    return found
