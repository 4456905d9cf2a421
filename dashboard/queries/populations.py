"""Which rows stand behind each figure: a family and the measure that is not 0 for them; their sum is the figure's n."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

POPULATIONS: Final[Mapping[str, tuple[str, str]]] = {
    **dict.fromkeys(("contacts", "on_behalf_pct", "groups_pct", "displaced_contacts", "contacts_per_1000"),
                    ("contacts", "contacts")),
    **dict.fromkeys(("answered",), ("contacts", "answered")),
    **dict.fromkeys(("abandoned",), ("contacts", "abandoned")),
    **dict.fromkeys(("abandoned_pct",), ("contacts", "queued")),
    **dict.fromkeys(("abandoned_after_pct",), ("contacts", "queued_on")),
    **dict.fromkeys(("answer_service_level_pct",), ("contacts", "level_offered")),
    **dict.fromkeys(("consultations",), ("contacts", "consultations")),
    **dict.fromkeys(("solved_in_call_pct",), ("contacts", "by_call")),
    **dict.fromkeys(("wait_mean_s",), ("contacts", "waited")),
    **dict.fromkeys(("wait_median_s", "wait_p90_s"), ("waits", "n")),
    **dict.fromkeys(("unprocessed_messages", "unprocessed_oldest_age_h", "unprocessed_median_age_h"),
                    ("stock", "unprocessed_now")),
    **dict.fromkeys(
        ("requests", "topic_share_pct", "transfer_mean", "bounce_pct",
         "geocoded_pct", "with_topic_pct", "with_executor_pct", "rate_per_1000", "rate_per_1000_65_plus",
         "territories_served"), ("created", "requests")),
    **dict.fromkeys(("time_to_close_median_h", "time_to_close_p90_h"), ("created", "lived")),
    **dict.fromkeys(("work_time_to_close_median_h", "work_time_to_close_p90_h"), ("created", "worked")),
    "source_on_time_pct": ("source_terms", "due"),
    **dict.fromkeys(("urgent_pct", "statutory_pct"), ("created", "classed")),
    **dict.fromkeys(("district_executor_pct",), ("created", "with_executor")),
    **dict.fromkeys(("security_pct",), ("contacts", "about")),
    **dict.fromkeys(("with_closing_time_pct",), ("created", "marked_closed")),
    **dict.fromkeys(("closed",), ("closed", "closed")),
    **dict.fromkeys(("due", "on_time_pct", "late_3x_pct"), ("due", "due")),
    **dict.fromkeys(("confirmed_on_time_pct",), ("due", "checked")),
    **dict.fromkeys(("late", "lateness_median_h", "lateness_p90_h"), ("due", "missed")),
    **dict.fromkeys(("late_3x",), ("due", "missed_3x")),
    **{name: ("stock", stock) for name, stock in (
        ("backlog_open", "open"), ("overdue", "overdue"), ("due_today", "due_today"), ("due_24h", "due_24h"),
        ("at_risk", "at_risk"))},
    **dict.fromkeys(("followups_tried", "reached_pct"), ("followups", "followups")),
    **dict.fromkeys(("followups_reached", "confirmed_pct"), ("followups", "reached")),
    "followups_denied": ("followups", "denied"),
    **dict.fromkeys(("satisfaction_pct",), ("followups", "rated")),
    **dict.fromkeys(("false_closure_pct",), ("followups", "reviewed")),
    **dict.fromkeys(("response_pct",), ("due", "due_closed")),
    **dict.fromkeys(("tickets",), ("tickets", "tickets")),
    **dict.fromkeys(("ticket_wait_median_s", "ticket_wait_p90_s"), ("ticket_waits", "n")),
    **dict.fromkeys(("service_median_min", "service_p90_min"), ("ticket_services", "n")),
    **dict.fromkeys(("unmet_need",), ("needs", "unmet")),
    **dict.fromkeys(("unmet_need_pct",), ("needs", "needs")),
}  # fmt: skip
"""Family and measure by figure; the family `stock` means what is open now, `source_terms` the terms that a source gave.

Figures without rows of their own are not here: residents, territories, loads.
"""
