"""The cards of the map of the late: the map, what is selected on it, the clusters, the territories."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, cast

import flask
import pandas as pd
from dash import html

from dashboard import formats
from dashboard.charts.sla import story_links
from dashboard.components.card import Chart
from dashboard.directory.guide import guide_of
from dashboard.figures.parts import ranked
from dashboard.maps.area import Area, is_inside, parse_area
from dashboard.maps.late_map import late_map, picture
from dashboard.metrics.clusters import clusters
from dashboard.queries.contact_centre import sums
from dashboard.queries.late_map import MOST_MARKS, MOST_PLACES, STATES, counts, late_or_urgent, received_places
from dashboard.theme import LATE
from dashboard.view import View
from geodata.basemap.style import Theme, plotly_style

SIGN: Final = {"late_3x": "▲▲", "late": "▲", "urgent": "●"}
KPIS: Final = ("overdue", "late_3x", "due_today", "due_24h", "at_risk", "on_time_pct")
TOP: Final = 20
_DAY_S: Final = 86_400


def area_of(view: View) -> Area:
    """The outline drawn on the map, as the address has it."""
    return parse_area(view.extra.get("area", ""))


def the_map(view: View) -> Chart:
    """Late and urgent requests, clusters, and the late share of each territory."""
    marks = _marks(view)
    placed = marks.dropna(subset=["lon", "lat"])
    areas, rings = territories_of(view), _clusters(view)
    shown = areas.dropna(subset=["geometry"])
    there = _there(view)
    n = int(there.sum())
    names = {state: _sign(view, state) for state in STATES} | {"cluster": view.t("late_map.cluster")}
    notes = [*_only(view, marks), view.t("late_map.unplaced", n=len(marks) - len(placed))]
    if bool(view.reference.tables["territory"]["is_approximate"].any()):
        notes.append(view.t("late_map.approximate"))
    return Chart(
        finding=_finding(view, there, areas),
        unit=view.t("late_map.unit"),
        n=n or int(areas["due"].sum()),
        table=marks,
        columns=_columns(view, "sign", "key", "topic_name", "territory_name", "executor_name", "due", "lon", "lat"),
        figure=late_map(shown, placed, rings, names=names, area=area_of(view), styles=_styles(view)),
        note="; ".join(notes),
    )


def _finding(view: View, there: pd.Series, areas: pd.DataFrame) -> str:
    """How many are late and urgent, and where most of what was due is late; nothing where nothing was ever due."""
    if not there.sum():
        return view.t("late_map.none") if len(areas) else ""
    late, three = int(there["late"] + there["late_3x"]), int(there["late_3x"])
    said = [view.t("late_map.says", late=late, three=three, urgent=int(there["urgent"]))]
    worst = areas[areas["due"] >= view.deps.settings.min_n].nlargest(1, "late_pct")
    for name, share in zip(worst["name"], worst["late_pct"], strict=True):
        said.append(view.t("late_map.says_worst", territory=name, share=formats.percent(float(share), view.lang)))
    return " ".join(said)


def legend(view: View) -> Any:
    """What the marks mean, in words, and the same map drawn for paper."""
    marks, shown = _marks(view).dropna(subset=["lon", "lat"]), territories_of(view).dropna(subset=["geometry"])
    keys = {**{state: f"state.{state}" for state in STATES}, "cluster": "cluster", "shade": "shade"}
    entries = [
        html.Li([html.Span(className=f"map-key map-key-{key}", **{"aria-hidden": "true"}), view.t(f"late_map.{name}")])
        for key, name in keys.items()
    ]
    drawn = html.Img(src=picture(shown, marks), alt=view.t("late_map.card.map"), className="map-print")
    return html.Div([html.Ul(entries, className="map-legend"), drawn])


def chosen(view: View) -> Chart:
    """The requests inside the outline drawn on the map; all of them where none is drawn."""
    area = area_of(view)
    held = _inside(view, area) if area else _marks(view)
    there = held["state"].value_counts().reindex(list(STATES), fill_value=0) if area else _there(view)
    n = int(there.sum())
    says = "late_map.chosen_says" if area else "late_map.chosen_all" if n else "late_map.none"
    return Chart(
        finding=view.t(says, n=n, late=n - int(there["urgent"])),
        unit=view.t("late_map.unit"),
        n=n,
        table=held,
        columns=_columns(view, "sign", "key", "topic_name", "territory_name", "executor_name", "due", "over"),
        is_table=True,
        is_list=True,
        hrefs={"key": story_links(view, held["request_id"])},
        note="; ".join(_only(view, held)),
    )


def cluster_list(view: View) -> Chart:
    """Each cluster: what, where, how many, how many would be usual."""
    found = _clusters(view)
    zone = view.deps.profile.zone
    frame = found.assign(
        topic_name=[view.reference.label("topic", code, view.lang) for code in found["topic"]],
        first=[formats.instant(at, view.lang, zone) for at in found["first_at"]],
        last=[formats.instant(at, view.lang, zone) for at in found["last_at"]],
        usual=found["expected"].astype(float).round(1),
        radius=found["radius_m"].astype(float).round(0),
    )
    finding = view.t("late_map.clusters_none")
    if len(frame):
        best = frame.iloc[0]
        finding = view.t(
            "late_map.clusters_says", topic=best["topic_name"], count=int(best["n"]),
            usual=formats.number(float(best["usual"]), view.lang, digits=1), n=len(frame),
        )  # fmt: skip
    return Chart(
        finding=finding,
        unit=view.t("late_map.unit_clusters"),
        n=len(frame),
        table=frame,
        columns=_columns(view, "topic_name", "n", "usual", "radius", "first", "last"),
        is_table=True,
        note="; ".join([*_since(view), view.t("late_map.clusters_note")]),
    )


def territories(view: View) -> Chart:
    """Late share of the requests due in the period, territory by territory."""
    frame = territories_of(view).sort_values("late_pct", ascending=False, ignore_index=True)
    known = frame[frame["due"] >= view.deps.settings.min_n]
    due, late = int(frame["due"].sum()), int(frame["late"].sum())
    mean = late * 100 / due if due else 0.0
    top = known.head(TOP)
    finding = ""
    if len(top):
        finding = view.t(
            "late_map.territories_says", name=top["name"].iloc[0],
            share=formats.percent(float(top["late_pct"].iloc[0]), view.lang), mean=formats.percent(mean, view.lang),
        )  # fmt: skip
    return Chart(
        finding=finding,
        unit=view.t("late_map.unit_late"),
        n=due if len(top) else 0,
        table=frame,
        columns=_columns(view, "name", "due", "late", "late_pct", "open_late"),
        figure=ranked(
            list(top["name"]), top["late_pct"].tolist(), lang=view.lang, colours=LATE,
            texts=[f"{formats.percent(share, view.lang)} · {formats.number(int(n), view.lang)}"
                   for share, n in zip(top["late_pct"], top["late"], strict=True)],
            reference=(mean, f"{view.t('late_map.mean')}: {formats.percent(mean, view.lang)}"),
        ),
    )  # fmt: skip


def territories_of(view: View) -> pd.DataFrame:
    """Columns `code, name, geometry, due, late, late_pct, open_late, text` of the lowest territories."""
    return cast("pd.DataFrame", view.once("late_territories", _ask_territories))


def _ask_territories(view: View) -> pd.DataFrame:
    counted = sums(view.read, view.filters, "due", ["due", "late_closed", "open"], by="territory", now=view.now)
    counted = counted.set_index("code")
    there = _counts(view).set_index("territory")
    waiting = there["late_3x"] + there["late"]
    table = view.reference.tables["territory"]
    leaves = [str(code) for code in table.index if not (table["parent"] == code).any()]
    rows = []
    for code in leaves:
        due, closed, still = (int(counted[one].get(code, 0)) for one in ("due", "late_closed", "open"))
        late, name = closed + still, view.reference.label("territory", code, view.lang)
        share = late * 100 / due if due >= view.deps.settings.min_n else float("nan")
        text = f"<b>{name}</b><br>{view.t('late_map.late_of', share=formats.percent(share, view.lang), due=due)}"
        rows.append((code, name, table.loc[code, "geometry"], due, late, share, int(waiting.get(code, 0)), text))
    names = ["code", "name", "geometry", "due", "late", "late_pct", "open_late", "text"]
    return pd.DataFrame(rows, columns=names)


def _sign(view: View, state: str) -> str:
    return f"{SIGN[state]} {view.t(f'late_map.state.{state}')}"


def _counts(view: View) -> pd.DataFrame:
    """How many of each state there are by territory, whether or not the map can take them all."""
    return cast("pd.DataFrame", view.once("late_counts", lambda seen: counts(seen.read, seen.filters, now=seen.now)))


def _there(view: View) -> pd.Series:
    """The same of all territories, by state."""
    return _counts(view)[list(STATES)].sum()


def _only(view: View, marks: pd.DataFrame) -> list[str]:
    """What is left out, in words; nothing where nothing is."""
    is_full = bool((marks["state"].value_counts() >= MOST_MARKS).any())
    return [view.t("late_map.only", n=formats.number(MOST_MARKS, view.lang))] if is_full else []


def _inside(view: View, area: Area) -> pd.DataFrame:
    """Those inside the outline: asked anew where the map could not take all."""
    lons, lats = zip(*area, strict=True)
    box = (min(lons), min(lats), max(lons), max(lats))
    found = _marks(view)
    if _only(view, found):
        found = _worded(view, late_or_urgent(view.read, view.filters, now=view.now, box=box))
    return found[is_inside(found, area)].reset_index(drop=True)


def _marks(view: View) -> pd.DataFrame:
    """Late and urgent requests with their words; asked once per answer."""
    return cast("pd.DataFrame", view.once("late_marks", _ask_marks))


def _ask_marks(view: View) -> pd.DataFrame:
    return _worded(view, late_or_urgent(view.read, view.filters, now=view.now))


def _worded(view: View, found: pd.DataFrame) -> pd.DataFrame:
    zone = view.deps.profile.zone
    labels = {kind: view.reference.labels(kind, view.lang) for kind in ("topic", "territory", "executor")}
    for kind, names in labels.items():
        found[f"{kind}_name"] = [names.get(code, formats.NONE) for code in found[kind]]
    signs = {state: _sign(view, state) for state in STATES}
    found["sign"] = [signs[state] for state in found["state"]]
    found["due"] = [formats.NONE if at != at else formats.instant(at, view.lang, zone) for at in found["due_at"]]
    found["over"] = [
        formats.NONE if at != at else formats.duration((view.now - at).total_seconds(), view.lang)
        for at in found["due_at"]
    ]
    found["key"] = found["source_key"].astype(str)
    return found


def _clusters(view: View) -> pd.DataFrame:
    return cast("pd.DataFrame", view.once("late_clusters", _ask_clusters)[0])


def _since(view: View) -> list[str]:
    """From when on requests were looked through, in words, where they were too many for the whole period."""
    since = view.once("late_clusters", _ask_clusters)[1]
    if since is None:
        return []
    at = formats.instant(since, view.lang, view.deps.profile.zone)
    return [view.t("late_map.clusters_since", n=formats.number(MOST_PLACES, view.lang), at=at)]


def _ask_clusters(view: View) -> tuple[pd.DataFrame, datetime | None]:
    """The clusters with their words, and since when they were looked for where that is not the whole period."""
    places = received_places(view.read, view.filters, now=view.now)
    days, since = float(view.filters.days), None
    if len(places) >= MOST_PLACES:
        since = places["created_at"].min()
        days = (places["created_at"].max() - since).total_seconds() / _DAY_S
    found = clusters(places, days=days)
    names = view.reference.labels("topic", view.lang)
    texts = [
        view.t("late_map.ring", topic=names.get(topic, topic), n=int(n))
        for topic, n in zip(found["topic"], found["n"], strict=True)
    ]
    return found.assign(text=texts), since


def _styles(view: View) -> dict[str, dict[str, Any]] | None:
    """The city's own base map, light and dark, where one is built; None: the territories alone."""
    tiles = guide_of(view.deps).tiles()
    if tiles is None or not flask.has_request_context():
        return None
    address = f"{flask.request.host_url}tiles/{{z}}/{{x}}/{{y}}.mvt"
    themes: tuple[Theme, ...] = ("light", "dark")
    return {theme: plotly_style(address, theme, min_zoom=tiles.min_zoom, max_zoom=tiles.max_zoom) for theme in themes}


def _columns(view: View, *names: str) -> dict[str, str]:
    return {name: view.t(f"late_map.column.{name}") for name in names}
