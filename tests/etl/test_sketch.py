"""Sketches: quantiles within the stated 2 %, merging by adding, the same buckets in SQL and in Python."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Engine, Integer, MetaData, Table, insert, select

from etl.sketch import RELATIVE_ERROR, bucket_sql, buckets_of, merge, pack, quantile, quantiles, values_of

numbers = st.lists(st.integers(0, 10_000_000), min_size=1, max_size=200)


@given(values=numbers, share=st.floats(0.01, 1))
def test_a_quantile_is_within_two_percent_of_the_true_one(values: list[int], share: float) -> None:
    buckets, counts = np.unique(buckets_of(values), return_counts=True)
    true = np.quantile(values, share, method="inverted_cdf")
    assert quantile(buckets, counts, share) == pytest.approx(true, rel=RELATIVE_ERROR + 1e-9)
    assert RELATIVE_ERROR < 0.02


@given(first=numbers, second=numbers)
def test_sketches_merge_by_adding_counts(first: list[int], second: list[int]) -> None:
    parts = np.concatenate([buckets_of(first), buckets_of(second)])
    assert sorted(parts) == sorted(buckets_of([*first, *second]))


@given(parts=st.lists(st.tuples(st.integers(0, 2), numbers), min_size=1, max_size=6))
def test_packed_sketches_merge_into_the_counts_of_all_values(parts: list[tuple[int, list[int]]]) -> None:
    packed = []
    for _, values in parts:
        buckets, counts = np.unique(buckets_of(values), return_counts=True)
        packed += pack(np.zeros(len(buckets), dtype=np.int64), buckets.astype(np.int64), counts, 1)
    groups = np.array([group for group, _ in parts])
    merged = merge(packed, groups, 3)
    for group in range(3):
        whole = buckets_of([value for one, values in parts if one == group for value in values])
        assert merged[group].tolist() == np.bincount(whole, minlength=merged.shape[1]).tolist()


@given(
    rows=st.lists(st.lists(st.integers(0, 9), min_size=5, max_size=5), min_size=1, max_size=5), share=st.floats(0.01, 1)
)
def test_quantiles_of_rows_are_the_quantile_of_each(rows: list[list[int]], share: float) -> None:
    found = quantiles(np.array(rows), share)
    for counts, value in zip(rows, found, strict=True):
        one = quantile(range(5), counts, share)
        assert np.isnan(value) if one is None else value == one


def test_small_whole_numbers_are_exact() -> None:
    whole = np.arange(0, 26)
    assert values_of(buckets_of(whole)).tolist() == whole.tolist()


def test_nothing_has_no_quantile() -> None:
    assert quantile([], [], 0.5) is None


def test_sql_and_python_agree_on_every_bucket(engine: Engine) -> None:
    whole = [*range(-2, 300), *range(300, 2_000_000, 9_973)]
    numbers = Table("numbers", MetaData(), Column("v", Integer), prefixes=["TEMPORARY"])
    with engine.begin() as connection:
        numbers.create(connection)
        connection.execute(insert(numbers), [{"v": number} for number in whole])
        found = connection.execute(select(numbers.c.v, bucket_sql(numbers.c.v)).order_by(numbers.c.v)).all()
    assert [bucket for _, bucket in found] == buckets_of([number for number, _ in found]).tolist()
