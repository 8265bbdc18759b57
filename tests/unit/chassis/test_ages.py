"""A batch of ages is counted as if they had come one by one."""

from folkmoot_chassis.metrics import AGES, Ages
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Histogram

seconds = st.one_of(
    st.sampled_from(AGES),
    st.floats(min_value=0, max_value=1e6, allow_nan=False).map(lambda x: round(x, 6)),
)


def samples(of: Histogram) -> list[tuple[str, str, float]]:
    return [
        (sample.name, sample.labels.get("le", ""), round(sample.value, 3))
        for metric in of.collect()
        for sample in metric.samples
        if not sample.name.endswith("_created")
    ]


def ages() -> Ages:
    return Ages("age", "Age.", registry=CollectorRegistry(), buckets=AGES)


@given(st.lists(seconds, max_size=30))
def test_a_batch_counts_as_its_members_do(values: list[float]) -> None:
    together, one_by_one = ages(), ages()
    together.observe_all(values)
    for value in values:
        one_by_one.observe(value)
    assert samples(together) == samples(one_by_one)


def test_a_clock_that_is_behind_makes_no_age_negative() -> None:
    behind, none = ages(), ages()
    behind.observe_all([-3.0])
    none.observe(0.0)
    assert samples(behind) == samples(none)
