"""The small city and the apps over it, for every test of this folder."""

from tests.dashboard.apps import city_engine, deps, make_deps_of, public_app, staff_app

__all__ = ["city_engine", "deps", "make_deps_of", "public_app", "staff_app"]
