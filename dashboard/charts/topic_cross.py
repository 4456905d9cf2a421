"""Topics by caller group and by territory: who asks about what, and how that moved."""

from __future__ import annotations

from typing import Final

import pandas as pd

from dashboard import formats, queries
from dashboard.charts.topic_data import measure_of, on_tree, periods, unit_of
from dashboard.components.card import Chart
from dashboard.figures.grid import grid
from dashboard.filters import Filters
from dashboard.metrics.movers import ALPHA
from dashboard.queries.topics import topics_by
from dashboard.view import View

TOP: Final = 6
MAX_ROWS: Final = 24


def by_group(view: View) -> Chart:
    """Each caller group's topics now, and how their shares moved since the period before."""
    earlier, later = periods(view)
    before, now = (_counts(view, one, "group") for one in (earlier, later))
    rows = _shares(view, now, "group")
    past = before.groupby("code")["value"].sum()
    held = before.set_index(["code", "topic"])["value"]
    rows["before_pct"] = [
        100 * held.get((code, topic), 0) / past[code] if past.get(code, 0) >= view.deps.settings.min_n else float("nan")
        for code, topic in zip(rows["code"], rows["topic"], strict=True)
    ]
    rows["points"] = rows["share_pct"] - rows["before_pct"]
    rows["half_width"] = [
        _limit(len(rows))
        * 100
        * ((p := s / 100) * (1 - p) / n + (q := max(b, 0.0) / 100) * (1 - q) / max(past.get(code, 0), 1)) ** 0.5
        if b == b
        else float("nan")
        for s, b, n, code in zip(rows["share_pct"], rows["before_pct"], rows["n"], rows["code"], strict=True)
    ]
    texts = [
        formats.percent(share, view.lang, digits=0)
        + (f"<br>{formats.signed(points, view.lang, digits=0)}" if abs(points) > wide else "")
        for share, points, wide in zip(rows["share_pct"], rows["points"], rows["half_width"], strict=True)
    ]
    rows = rows.assign(text=texts)
    sure = rows[(rows["points"].abs() > rows["half_width"])].copy()
    finding = view.t("topics.groups_none") if len(rows) else ""
    if len(sure):
        best = sure.iloc[int((sure["points"].abs() / sure["half_width"]).argmax())]
        finding = view.t(
            "topics.groups_says", group=best["name"], topic=best["topic_name"],
            first=formats.percent(float(best["before_pct"]), view.lang),
            last=formats.percent(float(best["share_pct"]), view.lang),
        )  # fmt: skip
    return _chart(view, rows, "share_pct", finding, note=view.t("topics.groups_note"), extra=("before_pct",))


def by_territory(view: View) -> Chart:
    """Each territory's topics, against the city's own mix."""
    now = _counts(view, view.filters, "territory")
    rows = _shares(view, now, "territory")
    whole = now.groupby("topic")["value"].sum()
    total = float(whole.sum())
    rows["city_pct"] = [100 * whole[topic] / total if total else float("nan") for topic in rows["topic"]]
    rows["points"] = rows["share_pct"] - rows["city_pct"]
    rows["text"] = [formats.percent(share, view.lang, digits=0) for share in rows["share_pct"]]
    finding = view.t("topics.territories_none") if len(rows) else ""
    tests = max(len(rows), 1)
    noise = ((rows["city_pct"] / 100 * (1 - rows["city_pct"] / 100) / rows["n"]) ** 0.5 * 100).clip(lower=1e-6)
    score = rows["points"] / noise if len(rows) else pd.Series(dtype=float)
    if len(score) and float(score.max()) > _limit(tests):
        best = rows.iloc[int(score.argmax())]
        finding = view.t(
            "topics.territories_says", territory=best["name"], topic=best["topic_name"],
            share=formats.percent(float(best["share_pct"]), view.lang),
            city=formats.percent(float(best["city_pct"]), view.lang),
        )  # fmt: skip
    is_approximate = bool(view.reference.tables["territory"]["is_approximate"].any())
    note = view.t("topics.approximate") if is_approximate else ""
    return _chart(view, rows, "points", finding, note=note, extra=("city_pct",), is_diverging=True)


def _limit(tests: int) -> float:
    """Bonferroni's bound on a normal score, so that the sentence keeps the stated chance over all cells."""
    from scipy import stats

    return float(stats.norm.isf(ALPHA / 2 / tests))


def _counts(view: View, filters: Filters, by: str) -> pd.DataFrame:
    found = topics_by(view.read, filters, measure_of(view), by, now=view.now)
    found = found[(found["code"] != queries.NONE) & (found["topic"] != queries.NONE)]
    lifted = on_tree(view, found[["topic", "value"]].rename(columns={"topic": "code"}))["code"]
    return found.assign(topic=lifted.to_numpy()).groupby(["topic", "code"], as_index=False)[["value"]].sum()


def _shares(view: View, counted: pd.DataFrame, by: str) -> pd.DataFrame:
    """Columns `code, name, topic, topic_name, value, n, share_pct`: the largest topics of rows with enough cases."""
    n = counted.groupby("code")["value"].sum().sort_values(ascending=False)
    kept = [code for code in n.index if n[code] >= view.deps.settings.min_n][:MAX_ROWS]
    top = counted.groupby("topic")["value"].sum().sort_values(ascending=False).index[:TOP]
    held = counted.set_index(["code", "topic"])["value"]
    rows = [
        (
            code, view.reference.label(by, code, view.lang), topic, view.reference.label("topic", topic, view.lang),
            int(held.get((code, topic), 0)), int(n[code]), 100 * held.get((code, topic), 0) / n[code],
        )
        for code in kept for topic in top
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["code", "name", "topic", "topic_name", "value", "n", "share_pct"])


def _chart(
    view: View, rows: pd.DataFrame, colour_by: str, finding: str, *, note: str, extra: tuple[str, ...],
    is_diverging: bool = False,
) -> Chart:  # fmt: skip
    names, topics = list(dict.fromkeys(rows["name"])), list(dict.fromkeys(rows["topic_name"]))
    width = max(len(topics), 1)

    def table(column: str) -> list[list[object]]:
        held = rows[column].tolist()
        return [held[place : place + width] for place in range(0, len(held), width)]

    rows = rows.assign(
        hover=[
            f"<b>{name}</b>: {topic}<br>{formats.number(int(value), view.lang)} / {formats.number(int(n), view.lang)}"
            f" · {formats.percent(share, view.lang)}"
            for name, topic, value, n, share in zip(
                rows["name"], rows["topic_name"], rows["value"], rows["n"], rows["share_pct"], strict=True
            )
        ]
    )
    columns = ("name", "topic_name", "value", "n", "share_pct", *extra)
    return Chart(
        finding=finding,
        unit=view.t("topics.unit_share_of", what=unit_of(view)),
        n=int(rows.drop_duplicates("code")["n"].sum()) if len(rows) else 0,
        table=rows,
        columns={name: view.t(f"topics.column.{name}") for name in columns},
        figure=grid(names, topics, table(colour_by), table("text"), table("hover"), is_diverging=is_diverging),  # type: ignore[arg-type]
        note=note,
    )
