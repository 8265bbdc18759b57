"""Queries on the command line: several words, and a minus before the first."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from folkmoot.app import make_app
from folkmoot.terminal import Exit
from typer.testing import CliRunner, Result
from typing_extensions import override

FOUND = {"total": 0, "hits": [], "took": 0.001, "facets": {}}
SUBSCRIPTION = {
    "id": "sub_1",
    "kind": "expression",
    "expression": "tea",
    "endpoint_id": None,
    "created": "2026-03-02T09:15:00Z",
}


class Asked(HTTPServer):
    """Finds nothing and keeps the queries; subscribes to everything."""

    def __init__(self) -> None:
        self.queries: list[str] = []
        super().__init__(("127.0.0.1", 0), Answering)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answering(BaseHTTPRequestHandler):
    server: Asked

    def do_GET(self) -> None:
        if self.path == "/v1/subscriptions":
            self.answer({"items": [SUBSCRIPTION]})
            return
        self.server.queries += parse_qs(urlsplit(self.path).query)["q"]
        self.answer(FOUND)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.queries.append(json.loads(body)["expression"])
        self.answer({"id": "sub_1"})

    def do_DELETE(self) -> None:
        self.server.queries.append(self.path)
        self.answer({})

    def answer(self, said: object) -> None:
        body = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    @override
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def asked() -> Iterator[Asked]:
    with Asked() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def ask(asked: Asked, *arguments: str) -> Result:
    environment = {
        "FOLKMOOT_SEARCH_INDEX_URL": asked.url,
        "FOLKMOOT_NOTIFICATION_URL": asked.url,
        "FOLKMOOT_TOKEN": "token",
    }
    return CliRunner().invoke(make_app(), arguments, env=environment)


@pytest.mark.parametrize(
    ("words", "query"),
    [
        (("certificate", "rotation"), "certificate rotation"),
        (("-tool:slack",), "-tool:slack"),
        (("-tool:slack", "--json"), "-tool:slack"),
        (("--json", "tea", "OR", "-author:hal"), "tea OR -author:hal"),
        (("tea -tool:slack",), "tea -tool:slack"),
        (("--", "-5", "--x"), "-5 --x"),
    ],
)
@pytest.mark.parametrize("command", ["search", "subscribe"])
def test_words_are_one_query_also_where_they_begin_with_a_minus(
    asked: Asked, command: str, words: tuple[str, ...], query: str
) -> None:
    done = ask(asked, command, *words)
    assert done.exit_code == Exit.DONE, done.output
    assert asked.queries == [query]


@pytest.mark.parametrize(
    ("words", "query"),
    [
        (("-tool:slack", "--size", "5"), "-tool:slack"),
        (("--size", "5", "tea", "OR", "-author:hal"), "tea OR -author:hal"),
    ],
)
def test_an_options_value_is_no_word_of_a_query(
    asked: Asked, words: tuple[str, ...], query: str
) -> None:
    done = ask(asked, "search", *words)
    assert done.exit_code == Exit.DONE, done.output
    assert asked.queries == [query]


@pytest.mark.parametrize("wrong", ["--newset", "-n", "--size=-5"])
def test_a_misspelt_option_is_no_word_of_a_query(asked: Asked, wrong: str) -> None:
    done = ask(asked, "search", "tea", wrong)
    assert done.exit_code == Exit.USAGE
    assert asked.queries == []


def test_a_search_for_nothing_is_wrong_usage(asked: Asked) -> None:
    assert ask(asked, "search").exit_code == Exit.USAGE
    assert ask(asked, "search", "--json").exit_code == Exit.USAGE


@pytest.mark.parametrize("wish", ["-h", "--help"])
def test_help_is_still_given(asked: Asked, wish: str) -> None:
    done = ask(asked, "search", wish)
    assert done.exit_code == Exit.DONE
    assert "QUERY" in done.stdout


def test_subscriptions_are_listed_and_ended(asked: Asked) -> None:
    listed = ask(asked, "subscriptions", "list", "--json")
    assert json.loads(listed.stdout) == [SUBSCRIPTION]
    assert "sub_1  expression  tea" in ask(asked, "subscriptions", "list").output
    ended = ask(asked, "subscriptions", "end", "sub_1", "sub_2")
    assert ended.exit_code == Exit.DONE, ended.output
    assert asked.queries == ["/v1/subscriptions/sub_1", "/v1/subscriptions/sub_2"]
