"""The KPI dictionary: every figure once, a pure function over promised frames, with its unit and its source.

Names and definitions in five languages are data (`definitions/*.toml`). The registry feeds "what is this?",
`python -m dashboard figures` and docs/kpis.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from dashboard.metrics import contact_figures as contacts
from dashboard.metrics import quality_figures as quality
from dashboard.metrics import request_figures as requests
from dashboard.metrics import service_figures as service
from dashboard.metrics.definitions import text_of
from dashboard.metrics.figure import Value
from dashboard.metrics.gather import Frames

Compute = Callable[[Frames], Value]


@dataclass(frozen=True, slots=True)
class Kpi:
    """One figure of the dictionary.

    `needs` are the frames `compute` takes (`dashboard.metrics.gather`); `source` the tables the figure comes from;
    `higher_is_better` None where neither is.
    """

    id: str
    unit: str
    needs: tuple[str, ...]
    compute: Compute
    source: str
    higher_is_better: bool | None = None

    def name(self, lang: str = "en") -> str:
        """The figure's name."""
        return text_of(self.id, "name", lang)

    def definition(self, lang: str = "en") -> str:
        """What exactly is counted, in one or two sentences."""
        return text_of(self.id, "definition", lang)


UP, DOWN = True, False  # what is better: higher, lower
_CALLS = "contact, contact_daily"
_DUE = "sla_result, request"

_ALL: Final = (
    Kpi("contacts", "contacts", ("contacts",), contacts.number("contacts"), _CALLS),
    Kpi("answered", "contacts", ("contacts",), contacts.number("answered"), _CALLS),
    Kpi("abandoned", "contacts", ("contacts",), contacts.number("abandoned"), _CALLS, DOWN),
    Kpi("abandoned_pct", "%", ("contacts",), contacts.abandoned_pct, _CALLS, DOWN),
    Kpi("abandoned_after_pct", "%", ("contacts",), contacts.abandoned_after_pct, "contact", DOWN),
    Kpi("answer_service_level_pct", "%", ("contacts",), contacts.answer_service_level_pct, _CALLS, UP),
    Kpi("wait_mean_s", "s", ("contacts",), contacts.wait_mean_s, _CALLS, DOWN),
    Kpi("wait_median_s", "s", ("waits",), contacts.wait(0.5), "contact", DOWN),
    Kpi("wait_p90_s", "s", ("waits",), contacts.wait(0.9), "contact", DOWN),
    Kpi("consultations", "contacts", ("contacts",), contacts.number("consultations"), "contact"),
    Kpi("solved_in_call_pct", "%", ("contacts",), contacts.solved_in_call_pct, "contact", UP),
    Kpi("unprocessed_messages", "messages", ("unprocessed",), contacts.unprocessed_messages, "contact", DOWN),
    Kpi("unprocessed_oldest_age_h", "h", ("unprocessed",), contacts.unprocessed_oldest_age_h, "contact", DOWN),
    Kpi("unprocessed_median_age_h", "h", ("unprocessed",), contacts.unprocessed_median_age_h, "contact", DOWN),
    Kpi("on_behalf_pct", "%", ("contacts",), contacts.on_behalf_pct, "contact"),
    Kpi("groups_pct", "%", ("contacts",), contacts.groups_pct, "contact"),
    Kpi("displaced_contacts", "contacts", ("displaced",), contacts.displaced_contacts, "contact"),
    Kpi("security_pct", "%", ("contacts_by_topic_top",), contacts.security_pct, "contact"),
    Kpi("contacts_per_1000", "per 1,000", ("contacts", "residents"), contacts.per_1000, "contact, territory"),
    Kpi("requests", "requests", ("created",), requests.number("created", "requests"), "request"),
    Kpi("urgent_pct", "%", ("created_by_class",), requests.urgent_pct, "request, request_class"),
    Kpi("statutory_pct", "%", ("created_by_class",), requests.statutory_pct, "request, request_class"),
    Kpi("district_executor_pct", "%", ("created_by_executor",), requests.district_executor_pct, "request, executor"),
    Kpi("topic_share_pct", "%", ("created", "created_any_topic"), requests.topic_share_pct, "request, topic"),
    Kpi("rate_per_1000", "per 1,000", ("created", "residents"), requests.rate_per_1000, "request, territory"),
    Kpi("rate_per_1000_65_plus", "per 1,000", ("created", "residents"), requests.rate_per_1000_65_plus,
        "request, territory"),
    Kpi("closed", "requests", ("closed",), requests.number("closed", "closed"), "request", UP),
    Kpi("due", "requests", ("due",), requests.number("due", "due"), _DUE),
    Kpi("on_time_pct", "%", ("due",), requests.on_time_pct, _DUE, UP),
    Kpi("source_on_time_pct", "%", ("source_terms",), requests.source_on_time_pct, "request", UP),
    Kpi("confirmed_on_time_pct", "%", ("due",), requests.confirmed_on_time_pct, f"{_DUE}, followup", UP),
    Kpi("response_pct", "%", ("due",), requests.response_pct, f"{_DUE}, followup", UP),
    Kpi("false_closure_pct", "%", ("followups",), requests.false_closure_pct, "followup, request_event", DOWN),
    Kpi("time_to_close_median_h", "h", ("lifetimes",), requests.time_to_close(0.5), "request", DOWN),
    Kpi("time_to_close_p90_h", "h", ("lifetimes",), requests.time_to_close(0.9), "request", DOWN),
    Kpi("work_time_to_close_median_h", "h", ("work_lifetimes",), requests.time_to_close(0.5, "work_lifetimes"), _DUE,
        DOWN),
    Kpi("work_time_to_close_p90_h", "h", ("work_lifetimes",), requests.time_to_close(0.9, "work_lifetimes"), _DUE,
        DOWN),
    Kpi("late", "requests", ("due",), requests.late, _DUE, DOWN),
    Kpi("late_3x", "requests", ("late_3x",), requests.number("late_3x", "late_3x"), _DUE, DOWN),
    Kpi("late_3x_pct", "%", ("late_3x", "due"), requests.late_3x_pct, _DUE, DOWN),
    Kpi("lateness_median_h", "h", ("overdue_times",), requests.lateness(0.5), _DUE, DOWN),
    Kpi("lateness_p90_h", "h", ("overdue_times",), requests.lateness(0.9), _DUE, DOWN),
    Kpi("backlog_open", "requests", ("open",), requests.number("open", "n"), _DUE, DOWN),
    Kpi("overdue", "requests", ("overdue",), requests.number("overdue", "n"), _DUE, DOWN),
    Kpi("due_today", "requests", ("due_today",), requests.number("due_today", "n"), _DUE),
    Kpi("due_24h", "requests", ("due_24h",), requests.number("due_24h", "n"), _DUE),
    Kpi("at_risk", "requests", ("at_risk",), requests.number("at_risk", "n"), _DUE, DOWN),
    Kpi("transfer_mean", "changes", ("created",), requests.transfer_mean, "request_event", DOWN),
    Kpi("bounce_pct", "%", ("created",), requests.bounce_pct, "request_event", DOWN),
    Kpi("followups_tried", "calls", ("followups",), requests.number("followups", "followups"), "followup"),
    Kpi("followups_reached", "calls", ("followups",), requests.number("followups", "reached"), "followup"),
    Kpi("followups_denied", "calls", ("followups",), requests.number("followups", "denied"), "followup", DOWN),
    Kpi("reached_pct", "%", ("followups",), requests.reached_pct, "followup", UP),
    Kpi("confirmed_pct", "%", ("followups",), requests.confirmed_pct, "followup", UP),
    Kpi("satisfaction_pct", "%", ("followups",), requests.satisfaction_pct, "followup", UP),
    Kpi("tickets", "tickets", ("tickets",), requests.number("tickets", "tickets"), "queue_ticket"),
    Kpi("ticket_wait_median_s", "s", ("ticket_waits",), service.ticket_wait(0.5), "queue_ticket", DOWN),
    Kpi("ticket_wait_p90_s", "s", ("ticket_waits",), service.ticket_wait(0.9), "queue_ticket", DOWN),
    Kpi("service_median_min", "min", ("ticket_services",), service.service_time(0.5), "queue_ticket"),
    Kpi("service_p90_min", "min", ("ticket_services",), service.service_time(0.9), "queue_ticket"),
    Kpi("unmet_need", "needs", ("needs",), requests.number("needs", "unmet"), "need_outcome", DOWN),
    Kpi("unmet_need_pct", "%", ("needs",), service.unmet_need_pct, "need_outcome", DOWN),
    Kpi("population", "residents", ("residents",), service.population, "territory"),
    Kpi("territories", "territories", ("residents",), service.territories, "territory"),
    Kpi("territories_served", "territories", ("created_by_territory",), service.territories_served, "request"),
    Kpi("territorial_centres", "bodies", ("residents",), service.territorial_centres, "executor"),
    Kpi("geocoded_pct", "%", ("created",), quality.known_pct("geocoded"), "request", UP),
    Kpi("with_topic_pct", "%", ("created",), quality.known_pct("with_topic"), "request", UP),
    Kpi("with_executor_pct", "%", ("created",), quality.known_pct("with_executor"), "request", UP),
    Kpi("with_closing_time_pct", "%", ("created",), quality.with_closing_time_pct, "request", UP),
    Kpi("rejected_rows", "rows", ("status",), quality.rejected_rows, "load_reject", DOWN),
    Kpi("freshness_h", "h", ("status",), quality.freshness_h, "load_run", DOWN),
)  # fmt: skip

REGISTRY: Final[Mapping[str, Kpi]] = {kpi.id: kpi for kpi in _ALL}
"""Every figure by id, in the order of the dictionary."""
