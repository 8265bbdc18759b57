"""Fuse, backoff, failpoints and what counts as passing."""

import signal
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest
from aiokafka.errors import (
    KafkaConnectionError,
    MessageSizeTooLargeError,
    NotLeaderForPartitionError,
)
from folkmoot_chassis import failpoints
from folkmoot_chassis.failures import (
    Permanent,
    Transient,
    has_outgrown,
    is_duplicate_key,
    is_transient,
)
from folkmoot_chassis.fuse import Fuse
from folkmoot_chassis.retry import Backoff
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    DocumentTooLarge,
    DuplicateKeyError,
    ExecutionTimeout,
    NotPrimaryError,
    OperationFailure,
    ServerSelectionTimeoutError,
    WTimeoutError,
)


def bulk(*codes: int) -> BulkWriteError:
    return BulkWriteError({"writeErrors": [{"code": code} for code in codes]})


@pytest.mark.parametrize(
    ("error", "transient"),
    [
        (Transient("later"), True),
        (Permanent("never"), False),
        (ValueError("bug"), False),
        (KeyError("bug"), False),
        (AutoReconnect("gone"), True),
        (NotPrimaryError("stepped down"), True),
        (ServerSelectionTimeoutError("nobody"), True),
        (ExecutionTimeout("slow", 50), True),
        (WTimeoutError("slow", 64), True),
        (OperationFailure("WriteConflict", 112), True),
        (OperationFailure("Unauthorized", 13), True),
        (DuplicateKeyError("twice", 11000), True),
        (bulk(11000), True),
        (bulk(121), False),
        (OperationFailure("validation", 121), False),
        (OperationFailure("too large", 10334), False),
        (OperationFailure("grown too large", 17419), False),
        (OperationFailure("path", 28), False),
        (DocumentTooLarge("too large"), False),
        (OverflowError("8 bytes"), False),
        (KafkaConnectionError("gone"), True),
        (NotLeaderForPartitionError("moved"), True),
        (MessageSizeTooLargeError("huge"), False),
        (TimeoutError(), True),
        (ConnectionResetError(), True),
        (httpx.ConnectError("refused"), True),
        (httpx.ReadTimeout("slow"), True),
        (httpx.UnsupportedProtocol("gopher"), False),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_what_passes_and_what_does_not(error: Exception, transient: bool) -> None:
    assert is_transient(error) is transient


def test_a_duplicate_key_is_known_alone_and_in_bulk() -> None:
    assert is_duplicate_key(DuplicateKeyError("twice", 11000))
    assert is_duplicate_key(bulk(11000))
    assert not is_duplicate_key(bulk(112))
    assert not is_duplicate_key(ValueError())


@pytest.mark.parametrize("code", [251, 257, 290, 388])
def test_a_transaction_that_outgrew_its_limits_passes_in_smaller_ones(
    code: int,
) -> None:
    error = OperationFailure("it was ended", code)
    assert has_outgrown(error)
    assert is_transient(error)


@pytest.mark.parametrize(
    "error",
    [
        OperationFailure("WriteConflict", 112),
        NotPrimaryError("stepped down", {"code": 10107}),
        AutoReconnect("gone"),
        ExecutionTimeout("slow", 50),
        Transient("later"),
        ValueError("bug"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_outage_is_no_sign_of_a_transaction_that_outgrew_its_limits(
    error: Exception,
) -> None:
    assert not has_outgrown(error)


def test_a_fuse_blows_after_failures_in_a_row() -> None:
    fuse = Fuse(window=1000, ratio=0.05, in_a_row=50)
    for _ in range(49):
        fuse.failed()
    assert fuse.blown is None
    fuse.failed()
    assert fuse.blown == "50 records in a row failed"


def test_a_success_breaks_the_row_and_none_does_not() -> None:
    fuse = Fuse(window=1000, ratio=0.05, in_a_row=3)
    for _ in range(2):
        fuse.failed()
    fuse.passed(0)
    assert fuse.blown is None
    fuse.passed(1)
    fuse.failed()
    assert fuse.blown is None


def test_a_fuse_blows_past_its_share_of_the_window() -> None:
    fuse = Fuse(window=1000, ratio=0.05, in_a_row=50)
    for _ in range(50):
        fuse.failed()
        fuse.passed(10)
    assert fuse.blown is None
    fuse.failed()
    assert fuse.blown == "51 of the last 551 records failed"


def test_failures_older_than_the_window_are_forgotten() -> None:
    fuse = Fuse(window=100, ratio=0.05, in_a_row=50)
    for _ in range(1000):
        fuse.failed()
        fuse.passed(19)
    assert fuse.blown is None
    for _ in range(3):
        fuse.failed()
    assert fuse.blown


def test_waits_double_up_to_a_cap_with_jitter() -> None:
    backoff = Backoff(attempts=9, base=0.1, cap=5.0)
    for attempt in range(1, 100):
        bound = min(5.0, 0.1 * 2 ** (attempt - 1))
        assert bound / 2 <= backoff.wait(attempt) <= bound
    assert len({backoff.wait(3) for _ in range(20)}) > 1


@pytest.fixture
def disarmed() -> Iterator[None]:
    yield
    failpoints.arm("")


@pytest.mark.usefixtures("disarmed")
def test_an_armed_place_fails_at_its_nth_passing_and_then_no_more() -> None:
    failpoints.arm("a.b=raise@3; other=raise")
    failpoints.hit("a.b")
    failpoints.hit("a.b")
    with pytest.raises(Transient, match=r"a\.b"):
        failpoints.hit("a.b")
    failpoints.hit("a.b")


@pytest.mark.usefixtures("disarmed")
@pytest.mark.parametrize("spec", ["a", "a=burn", "a=kill@", "a=raise@x", "=kill"])
def test_what_is_no_failpoint_is_refused(spec: str) -> None:
    with pytest.raises(ValueError, match="not a failpoint"):
        failpoints.arm(spec)


def test_a_place_armed_to_kill_kills_the_process() -> None:
    program = (
        "from folkmoot_chassis import failpoints as f; f.arm_from_environment();"
        "f.hit('else'); print('on', flush=True); f.hit('here'); print('over')"
    )
    done = subprocess.run(  # noqa: S603  our own interpreter and text
        [sys.executable, "-c", program],
        env={"FOLKMOOT_FAILPOINTS": "here=kill"},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == -signal.SIGKILL
    assert done.stdout == "on\n"
