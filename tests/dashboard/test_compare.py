"""The comparison says of each side what the single pages say of that period and area, figure by figure."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from sqlalchemy import Engine

from dashboard import formats
from dashboard.charts import compare
from dashboard.deps import Deps
from dashboard.kpis import STOCKS, kpi_cards
from dashboard.metrics import REGISTRY
from dashboard.queries.compare import WHOLE_KPIS
from dashboard.view import View, view

MAY: Query = {"from": "2026-05-01", "to": "2026-05-19"}
APRIL: Query = {"from": "2026-04-12", "to": "2026-04-30"}
Query = dict[str, str | list[str]]
Asked = Callable[[Query], View]
CASES: dict[str, tuple[Query, Query, Query]] = {
    "two periods": ({**MAY, "vs_from": APRIL["from"], "vs_to": APRIL["to"]}, MAY, APRIL),
    "two areas": (
        {**MAY, "territory": "kluuvi", "vs_territory": "kamppi"},
        {**MAY, "territory": "kluuvi"},
        {**MAY, "territory": "kamppi"},
    ),
    "both, of one channel": (
        {**MAY, "channel": "phone", "territory": "kluuvi", "vs_territory": "kamppi,kluuvi",
         "vs_from": APRIL["from"], "vs_to": APRIL["to"]},
        {**MAY, "channel": "phone", "territory": "kluuvi"},
        {**APRIL, "channel": "phone", "territory": ["kamppi", "kluuvi"]},
    ),
}  # fmt: skip


@pytest.fixture
def asked(city_engine: Engine, make_deps_of: Callable[..., Deps]) -> Asked:
    """Give `asked(query)`: the view of an address, read by a reader that has answered nothing before."""
    return lambda query: view(make_deps_of(city_engine), f"?{urlencode(query, doseq=True)}")


@pytest.mark.parametrize("case", CASES)
def test_every_figure_of_both_sides_is_the_single_page_s(asked: Asked, case: str) -> None:
    query, *sides = CASES[case]
    table = compare.figures(asked(query)).table.set_index("id")
    for letter, side in zip("ab", sides, strict=True):
        seen = asked(side)
        for name in table.index:
            card = kpi_cards(seen, [str(name)])[0]
            told = (table.loc[name, letter], formats.number(int(table.loc[name, f"{letter}_n"]), seen.lang))
            assert told == (card.value, card.n or card.value), f"{name} of {letter}"


@pytest.mark.parametrize("case", CASES)
def test_no_figure_is_left_out_but_those_that_cannot_differ(asked: Asked, case: str) -> None:
    query, one, other = CASES[case]
    told = set(compare.figures(asked(query)).table["id"])
    cannot = set(WHOLE_KPIS) | (set(STOCKS) if one.get("territory") == other.get("territory") else set())
    for name in set(REGISTRY) - cannot - told:
        assert {kpi_cards(asked(side), [name])[0].value for side in (one, other)} <= {"0", formats.NONE}, name


@pytest.mark.parametrize("case", CASES)
def test_days_and_topics_add_up_to_the_figures(asked: Asked, case: str) -> None:
    query, *sides = CASES[case]
    seen = asked(query)
    days, topics = compare.days(seen).table, compare.topics(seen).table
    for letter, column, side in zip("ab", ("before", "now"), sides, strict=True):
        contacts = kpi_cards(asked(side), ["contacts"])[0]
        assert formats.number(int(days[letter].sum()), seen.lang) == contacts.value
        assert 0 < topics[column].sum() <= days[letter].sum()
