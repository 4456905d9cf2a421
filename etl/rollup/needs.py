"""The unmet-need ledger as a family; it is short, so it has no roll-up."""

from __future__ import annotations

from typing import Final

from etl.rollup.branch import Branch, Family, flag, one
from etl.schema import need_outcome

UNMET: Final = ("no_service", "not_entitled", "full", "closed_then", "not_accessible", "too_far")
"""Outcomes of a need that nobody met."""

NEEDS = Family(
    "needs",
    (
        Branch(
            source=need_outcome,
            city_id=need_outcome.c.city_id,
            day_on=need_outcome.c.on_day,
            dims={
                "territory_id": need_outcome.c.territory_id,
                "caller_group_mask": need_outcome.c.caller_group_mask,
            },
            measures={
                "needs": one(),
                "unmet": flag(need_outcome.c.outcome.in_(UNMET)),
                **{f"unmet_{name}": flag(need_outcome.c.outcome == name) for name in UNMET},
                "simulated": flag(need_outcome.c.is_simulated),
            },
            listed={
                "id": need_outcome.c.need_outcome_id, "source": need_outcome.c.source,
                "source_key": need_outcome.c.source_key, "at": need_outcome.c.at, "outcome": need_outcome.c.outcome,
                "service_code": need_outcome.c.service_code,
            },
        ),
    ),
)  # fmt: skip
