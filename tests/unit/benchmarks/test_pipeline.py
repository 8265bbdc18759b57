"""What is claimed of the pipeline beside its floor."""

import argparse

import pytest

from benchmarks.full_load import Round, Used
from benchmarks.pipeline import figures
from benchmarks.waits import Waits
from benchmarks.waits import figures as figures_of_waits

OPTIONS = argparse.Namespace(
    items=20, rounds=1, rate=[200, 300], seconds=30, turns=5, flood=10, lean=False
)


def test_throughput_stands_beside_the_cpu_that_an_item_takes() -> None:
    floor = Round(4000, {"mongod": 0.2, "ingest": 0.2}, {"mongod": 1}, 0.1)
    pipeline = Round(2400, {"mongod": 0.2, "ingest": 0.6}, {"mongod": 1}, 0.2)
    found = {f.name: f for f in figures([floor], [pipeline], OPTIONS)}
    assert found["pipeline.throughput"].ratio == pytest.approx(0.6)
    by_cpu = found["pipeline.throughput_per_cpu_second"]
    assert (by_cpu.value, by_cpu.ratio) == pytest.approx((1250, 0.5))
    assert found["pipeline.system_cpu_per_item"].ratio == pytest.approx(2)


def test_what_an_item_takes_is_the_difference_shared_out() -> None:
    taken = Used(3.0, 1.5, 900).since(Used(1.0, 0.5, 100), 4)
    assert taken == Used(0.5, 0.25, 200)


def test_a_figure_names_every_option_that_it_depends_on() -> None:
    one = Round(1, {"mongod": 1}, {"mongod": 1}, 0.5)
    commands = {figure.command for figure in figures([one], [one], OPTIONS)}
    told = "--items 20 --rounds 1 --rate 200 300 --seconds 30 --turns 5 --flood 10"
    assert commands == {f"python -m benchmarks.pipeline {told}"}


def test_each_wait_stands_beside_the_same_one_on_the_floor() -> None:
    floor = Waits("at_300", 300, 2000, 299.0, {"searchable_at_300.p99": 0.1})
    pipeline = Waits("at_300", 300, 2000, 298.0, {"searchable_at_300.p99": 0.4})
    found = {f.name: f for f in figures_of_waits([floor], [pipeline], "command")}
    assert found["pipeline.searchable_at_300.p99"].ratio == pytest.approx(4)
    published = found["pipeline.published_at_300"]
    assert (published.value, published.reference_value) == (298.0, 300)
