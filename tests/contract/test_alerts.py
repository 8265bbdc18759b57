"""Alerts ring when they should and not otherwise, and somebody is told what to do."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from folkmoot_chassis.service import Service
from prometheus_client import CollectorRegistry

from tests.support.service_modules import SERVICES, service_module, settings_class

ROOT = Path(__file__).parents[2]
FILES = ROOT / "deploy/helm/folkmoot/files"
RULES = FILES / "rules.yaml"
GROUPS = yaml.safe_load(RULES.read_text())["groups"]
ALERTS = {r["alert"]: r for g in GROUPS for r in g["rules"] if "alert" in r}
RUNBOOKS = (ROOT / "docs/runbooks.md").read_text()
METRIC = re.compile(r"\b([a-z_]+)\{[^}]*app=\"folkmoot\"")
PROMETHEUS_OWN = {"up"}
REQUESTS = 'http_server_request_duration_seconds_count{{{0}, status="{1}"}}'
PUBLISHING = 'app="folkmoot", service="ingest", route="/v1/events"'


@dataclass(frozen=True)
class Ring:
    """What makes an alert ring at a moment, with which words, and what does not."""

    series: dict[str, str]
    labels: dict[str, str]
    summary: str
    quiet: dict[str, str]
    at: str = "40m"
    interval: str = "1m"


def one(metric: str, values: str, quiet: str, **labels: str) -> tuple[Any, ...]:
    """Return a series that rings, its labels, and the same one with better values."""
    named = "".join(f', {name}="{value}"' for name, value in labels.items())
    series = f'{metric}{{app="folkmoot"{named}}}'
    return {series: values}, labels, {series: quiet}


def ring(made: tuple[Any, ...], summary: str, at: str = "40m") -> Ring:
    series, labels, quiet = made
    kept = {n: v for n, v in labels.items() if n not in {"le", "outcome"}}
    return Ring(series, kept, summary, quiet, at)


def buckets(metric: str, below: str, late: str, **labels: str) -> dict[str, str]:
    """Return a histogram of which a part comes in time and the rest does not."""
    named = "".join(f', {name}="{value}"' for name, value in labels.items())
    begun = f'{metric}_bucket{{app="folkmoot"{named}, le='
    return {f'{begun}"{below}"}}': "0+90x90", f'{begun}"{late}"}}': "0+100x90"} | {
        f'{begun}"+Inf"}}': "0+100x90"
    }


def up(service: str) -> str:
    return f'up{{app="folkmoot", service="{service}"}}'


def in_time(series: dict[str, str]) -> dict[str, str]:
    return dict.fromkeys(series, "0+100x90")


def publishing(failed: str, good: str) -> dict[str, str]:
    return {
        REQUESTS.format(PUBLISHING, "503"): failed,
        REQUESTS.format(PUBLISHING, "202"): good,
    }


FRESH = buckets("search_index_freshness_seconds", "5", "10", service="search-index")
CHAIN = buckets("messaging_chain_age_seconds", "30", "60", service="notification")
HOOK = 'notification_webhook_attempt_seconds_count{{app="folkmoot", outcome="{0}"}}'
SLOW = publishing("0+3x900", "0+997x900")
UP = {up(service): "1x90" for service in SERVICES}
RINGS = {
    "FolkmootServiceDown": Ring(
        UP | {up("tagging"): "1x5 0x60"},
        {"service": "tagging"},
        "No replica of tagging answers",
        UP,
    ),
    "FolkmootReplicaDown": ring(
        one("up", "1x5 0x60", "1x90", service="tagging", instance="a:8100"),
        "a:8100 of tagging has not answered for ten minutes",
    ),
    "FolkmootFuseBlown": ring(
        one("messaging_fuse_blown", "1x90", "0x90", service="tagging", topic="t"),
        "tagging no longer reads t: nearly everything in it fails",
    ),
    "FolkmootConsumerBehind": ring(
        one(
            "messaging_consumer_lag_seconds",
            "90x90",
            "20x90",
            service="tagging",
            topic="t",
        ),
        "tagging has been behind in t for 1m 30s",
    ),
    "FolkmootOutboxStuck": ring(
        one("outbox_oldest_age_seconds", "45x90", "10x90", service="ingest"),
        "What ingest has committed has waited 45s to be published",
    ),
    "FolkmootRelayFailing": ring(
        one(
            "outbox_relay_errors_total",
            # Kafka hangs: given up after 30 s, and its producer after 9 more.
            "0+1.5x90",
            "0+0.8x90",
            service="ingest",
            topic="t",
            error="E",
        ),
        "ingest fails to publish to t: E",
    ),
    "FolkmootDeadLetters": ring(
        one(
            "messaging_dead_letters_total",
            "_x35 1x60",  # there is no series before the first of them
            "1x90",
            service="tagging",
            topic="t",
            reason="bad-data",
        ),
        "tagging has set records of t aside: bad-data",
    ),
    "FolkmootBatchesRetried": ring(
        one(
            "messaging_process_retries_total",
            "0+60x90",
            "0+1x90",
            service="tagging",
            error="E",
        ),
        "tagging tries batches again: E",
    ),
    "FolkmootGroupUnsettled": ring(
        one("messaging_consumer_rebalances_total", "0+1x90", "5x90", service="tagging"),
        "The replicas of tagging keep sharing their partitions out anew",
    ),
    "FolkmootEventLoopBlocked": ring(
        one(
            "event_loop_lag_seconds", "3x90", "0x90", service="tagging", instance="a:81"
        ),
        "a:81 of tagging wakes 3s late",
    ),
    "FolkmootSearchStale": Ring(
        FRESH,
        {},
        "One item in a hundred is searchable only 9.5s after it was tagged",
        in_time(FRESH),
    ),
    "FolkmootNotificationsLate": Ring(
        CHAIN,
        {},
        "One notification in a hundred comes 57s after it was published",
        in_time(CHAIN),
    ),
    "FolkmootWebhooksFailing": Ring(
        {HOOK.format("5xx"): "0+6x90", HOOK.format("2xx"): "0+4x90"},
        {},
        "60% of attempts to deliver webhooks fail",
        {HOOK.format("5xx"): "0+4x90", HOOK.format("2xx"): "0+6x90"},
        at="80m",
    ),
    "FolkmootPublishingFailingFast": Ring(
        publishing("0+20x90", "0+980x90"),
        {},
        "Ingest refuses 2% of requests over 1h",
        publishing("0+1x90", "0+999x90"),
    ),
    "FolkmootPublishingFailing": Ring(
        publishing("0+10x90", "0+990x90"),
        {},
        "Ingest refuses 1% of requests over 6h",
        publishing("0+1x90", "0+999x90"),
    ),
    "FolkmootPublishingFailingSlowly": Ring(
        SLOW,
        {},
        "Ingest refuses 0.3% of requests over 3d",
        publishing("0+1x900", "0+9999x900"),
        at="9h",
    ),
}


@pytest.fixture(scope="module")
def promtool() -> str:
    found = shutil.which("promtool")
    if not found:
        pytest.skip("promtool is not installed (Debian: apt install prometheus)")
    return found


def test_every_alert_is_tried() -> None:
    assert RINGS.keys() == ALERTS.keys()


def test_alerts_ring_when_they_should_and_not_otherwise(
    promtool: str, tmp_path: Path
) -> None:
    trials = [trial for alert, made in RINGS.items() for trial in _trials(alert, made)]
    unknown = {name: values for name, values in UP.items() if "tagging" not in name}
    gone = replace(RINGS["FolkmootServiceDown"], series=unknown)
    trials += _trials("FolkmootServiceDown", gone)
    file = tmp_path / "trials.yaml"
    file.write_text(yaml.safe_dump({"rule_files": [str(RULES)], "tests": trials}))
    done = subprocess.run(  # noqa: S603  our own command line
        [promtool, "test", "rules", str(file)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _trials(alert: str, made: Ring) -> Iterator[dict[str, Any]]:
    rule = ALERTS[alert]
    annotations = rule["annotations"] | {"summary": made.summary}
    labels = {k: v for k, v in made.labels.items() if k != "app"}
    if alert == "FolkmootReplicaDown":
        labels["app"] = "folkmoot"
    told = [{"exp_labels": labels | rule["labels"], "exp_annotations": annotations}]
    for series, expected in ((made.series, told), (made.quiet, [])):
        test = {"alertname": alert, "eval_time": made.at, "exp_alerts": expected}
        yield {
            "interval": made.interval,
            "input_series": [{"series": n, "values": v} for n, v in series.items()],
            "alert_rule_test": [test],
        }


@pytest.mark.parametrize("alert", ALERTS)
def test_every_alert_says_what_to_do(alert: str) -> None:
    rule = ALERTS[alert]
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert rule["annotations"]["runbook"] == f"docs/runbooks.md#{alert.lower()}"
    section = RUNBOOKS.partition(f"\n## {alert}\n")[2].partition("\n## ")[0]
    assert section.strip().startswith(f"*{rule['labels']['severity'].title()}.*")


def test_no_runbook_is_for_an_alert_that_is_gone() -> None:
    assert set(re.findall(r"^## (\w+)$", RUNBOOKS, re.MULTILINE)) == ALERTS.keys()


def test_rules_and_dashboards_name_metrics_that_exist() -> None:
    known = PROMETHEUS_OWN | {
        sample for service in SERVICES for sample in _samples(_built(service))
    }
    files = [RULES, *(FILES / "dashboards").glob("*.json")]
    for file in files:
        named = set(METRIC.findall(file.read_text().replace('\\"', '"')))
        assert named, file
        assert named <= known, file


def test_prometheus_in_containers_gives_series_the_labels_that_rules_go_by() -> None:
    file = ROOT / "deploy/prometheus/prometheus.yml"
    (job,) = yaml.safe_load(file.read_text())["scrape_configs"]
    given = [each["labels"] for each in job["static_configs"]]
    assert given == [{"app": "folkmoot", "service": service} for service in SERVICES]


def _built(service: str) -> Service:
    settings = settings_class(service)(mongo_url="mongodb://localhost:1")  # type: ignore[arg-type]  # pydantic makes it one
    app: Service = service_module(service, "app").build_app(settings)
    return app


def _samples(app: Service) -> Iterator[str]:
    """Yield the names of all series that a service can have."""
    registry: CollectorRegistry = app.metrics_registry
    for metric in registry.collect():
        match metric.type:
            case "counter":
                yield f"{metric.name}_total"
            case "histogram":
                yield from (f"{metric.name}_{s}" for s in ("bucket", "sum", "count"))
            case _:
                yield metric.name
