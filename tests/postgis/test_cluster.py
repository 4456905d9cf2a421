from sqlalchemy import create_engine, text

from tests.postgis.cluster import Cluster


def test_a_fresh_database_has_postgis_and_trigrams(postgis_url: str) -> None:
    engine = create_engine(postgis_url)
    with engine.connect() as db:
        inside = db.scalar(
            text("SELECT ST_Contains(ST_MakeEnvelope(0, 0, 2, 2, 4326), ST_SetSRID(ST_MakePoint(1, 1), 4326))")
        )
        assert inside is True
        assert db.scalar(text("SELECT similarity('bystrica', 'bystrici')")) > 0.5
    engine.dispose()


def test_two_databases_do_not_see_each_other(postgis_server: Cluster, postgis_url: str) -> None:
    postgis_server.create("linka_other")
    with postgis_server.connect("linka_other") as other:
        other.execute("CREATE TABLE only_here (id int)")
    engine = create_engine(postgis_url)
    with engine.connect() as db:
        assert db.scalar(text("SELECT to_regclass('only_here')")) is None
    engine.dispose()
    postgis_server.drop("linka_other")
    assert not postgis_server.has("linka_other")
