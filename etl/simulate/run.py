"""A simulation from plan to tables: another one loaded earlier is taken away, then it is loaded like any source."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, select

from etl import schema
from etl.ids import city_id_of
from etl.locks import writing
from etl.pipeline import run_load
from etl.report import LoadReport, Progress
from etl.rollup import rebuild
from etl.simulate import Plan, simulate, source_name
from etl.simulate.purge import purge
from geodata.profile import CityProfile


def plan_name(plan: Plan) -> str:
    """What the book of loads calls it: the same plan has the same name, hence the same rows."""
    end = f"{plan.end_at:%Y-%m-%dT%H:%MZ}"
    return f"start={plan.start_on} days={plan.days} seed={plan.seed} scale={plan.scale:g} end={end}"


def run_simulation(
    engine: Engine,
    profile: CityProfile,
    plan: Plan,
    *,
    now: datetime,
    progress: Progress | None = None,
    dry_run: bool = False,
) -> LoadReport:
    """Load `plan`; where another simulation of the city was loaded before, its rows go first."""
    source, name = source_name(profile.slug), plan_name(plan)
    is_other = not dry_run and _last_plan(engine, profile.slug, source) not in (None, name)
    if is_other:
        with writing(engine) as connection:
            purge(connection, source)
    report = run_load(
        engine,
        profile,
        simulate(profile, plan),
        source=source,
        file=name,
        file_hash=None,
        is_simulated=True,
        now=now,
        progress=progress,
        dry_run=dry_run,
    )
    if is_other:
        with writing(engine) as connection:
            rebuild(connection, profile)
    return report


def _last_plan(engine: Engine, city: str, source: str) -> str | None:
    run = schema.load_run
    statement = (
        select(run.c.file)
        .where(run.c.city_id == city_id_of(city), run.c.source == source, run.c.status == "done")
        .order_by(run.c.load_id.desc())
        .limit(1)
    )
    with engine.connect() as connection:
        found: str | None = connection.execute(statement).scalar()
    return found
