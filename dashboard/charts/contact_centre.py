"""The cards of the contact-centre page: reached or lost, waits, messages, tickets, what campaigns changed."""

from __future__ import annotations

from typing import Final

import pandas as pd

from dashboard import formats, queries
from dashboard.charts.enough import from_cases, percent_of
from dashboard.charts.volumes import milestones as drawn_milestones
from dashboard.components.card import Chart
from dashboard.figures.parts import ranked, week_by_hours
from dashboard.figures.time import Line, over_time
from dashboard.metrics.intervals import wilson
from dashboard.queries.contact_centre import hourly, quantiles, sums, waiting_messages
from dashboard.theme import BLUE, GREEN, LATE, ORANGE, ROSE
from dashboard.view import View

KPIS: Final = (
    "contacts", "answered", "abandoned_pct", "abandoned_after_pct", "answer_service_level_pct", "wait_median_s",
    "wait_p90_s", "solved_in_call_pct",
)  # fmt: skip
WAITING_KPIS: Final = ("unprocessed_messages", "unprocessed_oldest_age_h")
TICKET_KPIS: Final = ("tickets", "ticket_wait_median_s", "ticket_wait_p90_s", "service_median_min")
AGE_BANDS_H: Final = (1, 4, 24, 72)
"""Ends of the bands of a waiting message's age, hours."""
TOP: Final = 14
MOST_MESSAGES: Final = 100_000
LEAST_QUEUED: Final = 20
"""Callers an hour of the week needs before its share of the lost is shown: 168 cells have freak ones otherwise."""


def reached(view: View) -> Chart:
    """Offered, answered and abandoned, period by period."""
    frame = _labelled(view, sums(view.read, view.filters, "contacts", ["contacts", "answered", "abandoned"], by=None,
                                 now=view.now))  # fmt: skip
    n = int(frame["contacts"].sum())
    worst = frame.iloc[int(frame["abandoned"].argmax())] if n else None
    finding = ""
    if worst is not None:
        finding = view.t(
            "centre.reached_says", share=_share(view, frame["answered"].sum(), n), day=worst["label"],
            lost=formats.number(int(worst["abandoned"]), view.lang),
        )  # fmt: skip
    lines = [
        Line("contacts", view.t("centre.offered"), BLUE, is_filled=True),
        Line("answered", view.t("centre.answered"), GREEN),
        Line("abandoned", view.t("centre.abandoned"), LATE),
    ]
    return Chart(
        finding=finding,
        unit=view.t("centre.unit_contacts"),
        n=n,
        table=frame,
        columns=_columns(view, "label", "contacts", "answered", "abandoned"),
        figure=over_time(frame, lines, lang=view.lang, grain=view.filters.grain, milestones=drawn_milestones(view)),
    )


def level(view: View) -> Chart:
    """Share answered in time and share lost, period by period: sums over sums."""
    names = ["level_offered", "in_time_milli", "queued", "abandoned"]
    frame = _labelled(view, sums(view.read, view.filters, "contacts", names, by=None, now=view.now))
    frame["level_pct"] = percent_of(view, frame["in_time_milli"] / 1000, frame["level_offered"])
    frame["lost_pct"] = percent_of(view, frame["abandoned"], frame["queued"])
    n = int(frame["level_offered"].sum())
    whole = float(frame["in_time_milli"].sum()) / 10 / n if n else 0.0
    finding = view.t("card.too_few")
    if frame["level_pct"].notna().any():
        worst = frame.iloc[int(frame["level_pct"].argmin())]
        finding = view.t(
            "centre.level_says", share=formats.percent(whole, view.lang), day=worst["label"],
            worst=formats.percent(float(worst["level_pct"]), view.lang),
        )  # fmt: skip
    lines = [
        Line("level_pct", view.t("centre.in_time"), GREEN),
        Line("lost_pct", view.t("centre.abandoned"), LATE),
    ]
    return Chart(
        finding=finding,
        unit="%",
        n=n,
        table=frame,
        columns=_columns(view, "label", "level_offered", "level_pct", "queued", "lost_pct"),
        figure=over_time(frame, lines, lang=view.lang, grain=view.filters.grain, is_share=True),
        note=from_cases(view, _thresholds(view)),
    )


def _thresholds(view: View) -> str:
    """What "in time" means on each line that had a queue; "" where no line has a threshold."""
    found = sums(view.read, view.filters, "contacts", ["level_offered"], by="line", now=view.now)
    within = view.reference.tables["line"]["answer_within_s"].dropna()
    asked = [code for code in found.loc[found["level_offered"] > 0, "code"] if code in within.index]
    told = [
        f"{view.reference.label('line', code, view.lang)} {formats.duration(float(within[code]), view.lang)}"
        for code in asked
    ]
    return view.t("centre.level_note", lines=", ".join(told)) if told else ""


def waits(view: View) -> Chart:
    """Percentiles of the wait, period by period."""
    found = quantiles(view.read, view.filters, "waits", (0.5, 0.9), by=None, now=view.now)
    starts = sums(view.read, view.filters, "contacts", ["waited"], by=None, now=view.now)
    frame = _labelled(view, starts[["period_on"]].merge(found, on="period_on", how="left"))
    frame["median_min"], frame["p90_min"] = frame["p50"] / 60, frame["p90"] / 60
    n = int(frame["n"].fillna(0).sum())
    finding, enough = view.t("card.too_few"), frame[frame["n"] >= max(view.deps.settings.min_n, 1)]
    if len(enough):
        worst = enough.iloc[int(enough["p90"].argmax())]
        whole = quantiles(view.read, view.filters, "waits", (0.5, 0.9), by="weekday", now=view.now)
        slow = whole.iloc[int(whole["p90"].argmax())]
        finding = view.t(
            "centre.waits_says", day=worst["label"], p90=formats.duration(float(worst["p90"]), view.lang),
            weekday=formats.weekday_names(view.lang, width="wide")[int(slow["code"])],
            usual=formats.duration(float(slow["p90"]), view.lang),
        )  # fmt: skip
    lines = [
        Line("p90_min", view.t("centre.p90"), ORANGE),
        Line("median_min", view.t("centre.median"), BLUE),
    ]
    return Chart(
        finding=finding,
        unit=view.t("centre.unit_minutes"),
        n=n,
        table=frame,
        columns=_columns(view, "label", "n", "median_min", "p90_min"),
        figure=over_time(frame, lines, lang=view.lang, grain=view.filters.grain),
        note=view.t("centre.sketch_note"),
    )


def hours(view: View) -> Chart:
    """Contacts by hour and weekday."""
    return _by_hour(view, "contacts", "centre.hours_says")


def lost_hours(view: View) -> Chart:
    """Share lost in the queue by hour and weekday."""
    return _by_hour(view, "lost", "centre.lost_says")


def _by_hour(view: View, what: str, says: str) -> Chart:
    frame = hourly(view.read, view.filters, ["contacts", "queued", "abandoned"], now=view.now)
    days = formats.weekday_names(view.lang, width="wide")
    frame["day"] = [days[day] for day in frame["weekday"]]
    frame["clock"] = [f"{hour}:00" for hour in frame["hour"]]
    enough = frame["queued"] >= max(view.deps.settings.min_n, LEAST_QUEUED)
    frame["lost_pct"] = (frame["abandoned"] * 100 / frame["queued"].where(frame["queued"] > 0)).where(enough)
    shown = frame.assign(value=frame["contacts"] if what == "contacts" else frame["lost_pct"].round(0))
    base = "contacts" if what == "contacts" else "queued"
    n, finding = int(frame[base].sum()), ""
    if n and shown["value"].any():
        peak = shown.iloc[int((shown["value"] if what == "contacts" else _surely_lost(frame)).argmax())]
        amount = (
            formats.number(int(peak["contacts"]), view.lang)
            if what == "contacts"
            else formats.percent(float(peak["lost_pct"]), view.lang, digits=0)
        )
        hour = f"{int(peak['hour'])}:00–{int(peak['hour']) + 1}:00"
        finding = view.t(says, day=peak["day"], hour=hour, amount=amount, n=int(peak["queued"]))
    lost = int(frame["abandoned"].sum())
    if what != "contacts" and not enough.any():
        finding = view.t("centre.lost_few", n=lost, least=LEAST_QUEUED) if lost else view.t("centre.lost_none")
        frame = frame.iloc[:0]
    unit = view.t("centre.unit_contacts") if what == "contacts" else view.t("centre.unit_lost")
    return Chart(
        finding=finding or view.t("centre.lost_none"),
        unit=unit,
        n=n,
        table=frame,
        columns=_columns(view, "day", "clock", "contacts", "queued", "abandoned", "lost_pct"),
        figure=week_by_hours(shown, lang=view.lang, unit="" if what != "contacts" else unit),
        note=" · ".join(
            [view.deps.profile.time_zone, *([view.t("centre.lost_note", n=LEAST_QUEUED)] if what != "contacts" else [])]
        ),
    )


def _surely_lost(frame: pd.DataFrame) -> pd.Series:
    """The share lost that is sure (Wilson's lower limit): a lonely hour with two callers is not the worst one."""
    limits = [
        (wilson(float(lost), float(queued)) or (0.0, 1.0))[0] if told == told else 0.0
        for lost, queued, told in zip(frame["abandoned"], frame["queued"], frame["lost_pct"], strict=True)
    ]
    return pd.Series(limits, index=frame.index, dtype="float64")


def lines(view: View) -> Chart:
    """Each line: offered, answered, lost, in time, waits."""
    names = [
        "contacts",
        "answered",
        "queued",
        "abandoned",
        "level_offered",
        "in_time_milli",
        "by_call",
        "consultations",
    ]
    frame = sums(view.read, view.filters, "contacts", names, by="line", now=view.now)
    waited = quantiles(view.read, view.filters, "waits", (0.5, 0.9), by="line", now=view.now)
    for part in ("p50", "p90"):
        frame[part] = frame["code"].map(waited.set_index("code")[part]).astype(float)
    frame = frame.sort_values("contacts", ascending=False)
    frame["line"] = [
        view.reference.label("line", code, view.lang) or view.t("centre.no_line") for code in frame["code"]
    ]
    frame["lost_pct"] = percent_of(view, frame["abandoned"], frame["queued"])
    frame["level_pct"] = percent_of(view, frame["in_time_milli"] / 1000, frame["level_offered"])
    frame["solved_pct"] = percent_of(view, frame["consultations"], frame["by_call"])
    frame["median"] = [formats.duration(one, view.lang) for one in frame["p50"]]
    frame["p90"] = [formats.duration(one, view.lang) for one in frame["p90"]]
    n = int(frame["contacts"].sum())
    known = frame.dropna(subset=["level_pct"])
    finding = view.t("card.too_few" if frame["level_offered"].any() else "centre.lines_none")
    if len(known):
        worst = known.iloc[int(known["level_pct"].argmin())]
        finding = view.t(
            "centre.lines_says", line=worst["line"], level=formats.percent(float(worst["level_pct"]), view.lang)
        )
    return Chart(
        finding=finding,
        unit=view.t("centre.unit_contacts"),
        n=n,
        table=frame,
        columns=_columns(
            view, "line", "contacts", "answered", "abandoned", "lost_pct", "level_pct", "median", "p90", "solved_pct"
        ),
        is_table=True,
        note=from_cases(view),
        numbers=("median", "p90"),
    )


def solved(view: View) -> Chart:
    """Solved in the call, topic by topic."""
    found = sums(view.read, view.filters, "contacts", ["by_call", "consultations"], by="topic_top", now=view.now)
    frame = found[(found["by_call"] >= view.deps.settings.min_n) & (found["code"] != queries.NONE)].copy()
    frame["topic"] = [view.reference.label("topic", code, view.lang) for code in frame["code"]]
    frame["solved_pct"] = frame["consultations"] * 100 / frame["by_call"]
    frame = frame.sort_values("solved_pct", ascending=False, ignore_index=True)
    n, hits = int(found["by_call"].sum()), int(found["consultations"].sum())
    mean = hits * 100 / n if n else 0.0
    finding = ""
    if len(frame) == 1:
        finding = view.t(
            "centre.solved_says_one", share=formats.percent(mean, view.lang), name=frame["topic"].iloc[0],
            own=formats.percent(float(frame["solved_pct"].iloc[0]), view.lang),
        )  # fmt: skip
    elif len(frame):
        finding = view.t(
            "centre.solved_says", share=formats.percent(mean, view.lang), best=frame["topic"].iloc[0],
            worst=frame["topic"].iloc[-1], low=formats.percent(float(frame["solved_pct"].iloc[-1]), view.lang),
        )  # fmt: skip
    top = frame.head(TOP)
    return Chart(
        finding=finding,
        unit=view.t("centre.unit_solved"),
        n=n if len(frame) else 0,
        table=frame,
        columns=_columns(view, "topic", "by_call", "consultations", "solved_pct"),
        figure=ranked(
            list(top["topic"]), top["solved_pct"].tolist(), lang=view.lang,
            texts=[formats.percent(one, view.lang) for one in top["solved_pct"]],
            reference=(mean, f"{view.t('centre.all')}: {formats.percent(mean, view.lang)}"),
        ),
    )  # fmt: skip


def messages(view: View) -> Chart:
    """How old the messages are that nobody has handled."""
    found = waiting_messages(view.read, view.filters, now=view.now, limit=MOST_MESSAGES)
    ends = [0.0, *AGE_BANDS_H, float("inf")]
    band = pd.cut(found["age_min"] / 60, bins=ends, right=False, labels=False) if len(found) else pd.Series(dtype=int)
    counted = [int((band == place).sum()) for place in range(len(ends) - 1)]
    names = [view.t(f"centre.age.{place}") for place in range(len(counted))]
    n = len(found)
    finding = ""
    if n:
        finding = view.t(
            "centre.messages_says", n=n, old=formats.duration(float(found["age_min"].iloc[0]) * 60, view.lang),
            day=formats.number(counted[-1] + counted[-2], view.lang),
        )  # fmt: skip
    return Chart(
        finding=finding,
        unit=view.t("centre.unit_messages"),
        n=n,
        table=pd.DataFrame({"age": names, "messages": counted}),
        columns=_columns(view, "age", "messages"),
        figure=ranked(names, counted, lang=view.lang, colours=[BLUE, BLUE, BLUE, ORANGE, ROSE]),
        note=view.t("centre.now_note"),
    )


def message_list(view: View) -> Chart:
    """Each waiting message, the oldest first."""
    found = waiting_messages(view.read, view.filters, now=view.now, limit=MOST_MESSAGES)
    zone = view.deps.profile.zone
    frame = found.assign(
        arrived=[formats.instant(at, view.lang, zone) for at in found["arrived_at"]],
        age=[formats.duration(float(one) * 60, view.lang) for one in found["age_min"]],
        **{kind: [view.reference.label(kind, code, view.lang) for code in found[kind]]
           for kind in ("channel", "line", "topic", "territory")},
    )  # fmt: skip
    n = int(found["n_all"].iloc[0]) if len(found) else 0
    finding = view.t("centre.list_says", age=frame["age"].iloc[0]) if n else view.t("centre.list_none")
    return Chart(
        finding=finding,
        unit=view.t("centre.unit_messages"),
        n=n,
        table=frame,
        columns=_columns(view, "arrived", "age", "channel", "line", "topic", "territory", "source_key"),
        is_table=True,
        is_list=True,
        note=view.t("centre.now_note"),
    )


def tickets(view: View) -> Chart:
    """Each counter's queue: tickets, waits, service."""
    frame = sums(view.read, view.filters, "tickets", ["tickets", "served", "walked_away"], by="line", now=view.now)
    frame = frame[frame["tickets"] > 0]
    for family, name in (("ticket_waits", "wait"), ("ticket_services", "service")):
        held = quantiles(view.read, view.filters, family, (0.5, 0.9), by="line", now=view.now).set_index("code")
        for part in ("p50", "p90"):
            frame[f"{name}_{part}_min"] = frame["code"].map(held[part] / 60).astype(float)
    frame["counter"] = [view.reference.label("line", code, view.lang) or code for code in frame["code"]]
    frame["walked_pct"] = percent_of(view, frame["walked_away"], frame["tickets"])
    frame = frame.sort_values("wait_p90_min", ascending=False, ignore_index=True)
    finding = view.t("centre.tickets_none")
    if len(frame) and frame["wait_p90_min"].notna().any():
        worst = frame.iloc[0]
        finding = view.t(
            "centre.tickets_says", counter=worst["counter"],
            wait=formats.duration(float(worst["wait_p90_min"]) * 60, view.lang),
            median=formats.duration(float(worst["wait_p50_min"]) * 60, view.lang),
        )  # fmt: skip
    texts = [
        view.t("centre.ticket_wait", nine=_minutes(view, nine), half=_minutes(view, half))
        for nine, half in zip(frame["wait_p90_min"], frame["wait_p50_min"], strict=True)
    ]
    return Chart(
        finding=finding,
        unit=view.t("centre.unit_ticket_wait"),
        n=int(frame["tickets"].sum()),
        table=frame,
        columns=_columns(
            view, "counter", "tickets", "walked_pct", "wait_p50_min", "wait_p90_min", "service_p50_min",
            "service_p90_min",
        ),
        figure=ranked(
            list(frame["counter"]), frame["wait_p90_min"].fillna(0).tolist(), lang=view.lang, texts=texts,
            colours=ORANGE,
        ),
    )  # fmt: skip


def _minutes(view: View, value: float) -> str:
    """Minutes, whole ones from ten on."""
    return formats.number(value, view.lang, digits=0 if value >= 9.95 or not value else 1)


def _labelled(view: View, frame: pd.DataFrame) -> pd.DataFrame:
    labels = [formats.grain_label(day.date(), view.filters.grain, view.lang) for day in frame["period_on"]]
    return frame.assign(label=labels)


def _share(view: View, part: float, whole: float) -> str:
    return formats.percent(part / whole * 100 if whole else None, view.lang)


def _columns(view: View, *names: str) -> dict[str, str]:
    return {name: view.t(f"centre.column.{name}") for name in names}
