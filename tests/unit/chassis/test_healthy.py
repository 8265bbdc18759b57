"""The question that a container's health check asks."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from folkmoot_chassis import healthy
from typing_extensions import override


class Answering(BaseHTTPRequestHandler):
    status = 200

    def do_GET(self) -> None:
        assert self.path == "/health/ready"
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(b'{"ready": true}')

    @override
    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Answering]]:
    class Handler(Answering):
        pass

    with HTTPServer(("127.0.0.1", 0), Handler) as http:
        monkeypatch.setenv("FOLKMOOT_HTTP_PORT", str(http.server_port))
        thread = threading.Thread(target=http.serve_forever)
        thread.start()
        yield Handler
        http.shutdown()
        thread.join()


def test_a_service_that_is_ready_is_healthy(server: type[Answering]) -> None:
    assert server.status == 200
    assert healthy.main() == 0


def test_one_that_is_not_is_not(
    server: type[Answering], capsys: pytest.CaptureFixture[str]
) -> None:
    server.status = 503
    assert healthy.main() == 1
    assert "ready" in capsys.readouterr().out


def test_one_that_does_not_answer_is_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FOLKMOOT_HTTP_PORT", "1")
    assert healthy.main() == 1
    assert capsys.readouterr().out == "no answer: ConnectionRefusedError\n"
