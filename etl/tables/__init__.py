"""The tables by concern; `etl.schema` gathers them into the one contract that both sides read."""
