"""The production server: one process with workers, over a real socket."""

import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from kb.settings import read_settings
from web.app import create_app
from web.core.serve import Server, options

ROOT = Path(__file__).parents[3]


def raw(url: str, request: bytes) -> bytes:
    """Send bytes to the server and read until it closes."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
        connection.sendall(request)
        chunks = []
        while chunk := connection.recv(65536):
            chunks.append(chunk)
    return b"".join(chunks)


@pytest.mark.parametrize(("host", "bind"), [("127.0.0.1", "127.0.0.1:8000"), ("::1", "[::1]:8000")])
def test_bind(host, bind):
    """An address of either kind is understood."""
    assert options(read_settings({}, host=host))["bind"] == bind


def test_configuration():
    """Workers fork from a loaded parent, and nothing is left in the home folder."""
    cfg = Server(read_settings({}, workers=3), create_app).cfg
    assert (cfg.workers, cfg.preload_app, cfg.worker_class_str) == (3, True, "gthread")
    assert (cfg.control_socket_disable, cfg.limit_request_line, cfg.accesslog) == (True, 0, None)


def test_serves_the_real_compendium(real_server_url):
    """Home answers over a real socket."""
    with urllib.request.urlopen(real_server_url, timeout=20) as response:
        assert response.status == 200
        assert b"What networks reported" in response.read()


def test_one_line_and_a_clean_end(real_settings):
    """The server prints its real address, and stops on a signal without a word."""
    command = [sys.executable, "-m", "web", "serve", "--index", str(real_settings.index)]
    with subprocess.Popen(
        [*command, "--port", "0", "--workers", "2"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        line = process.stdout.readline()
        url = line.split()[-1]
        with urllib.request.urlopen(f"{url}/healthz", timeout=20) as response:
            assert response.status == 200
        process.terminate()
        out, err = process.communicate(timeout=60)
    assert line == f"Serving the compendium on {url}\n"
    assert urlsplit(url).port > 0
    assert (process.returncode, out, err) == (0, "", "")


def test_very_long_query_gets_our_page(real_server_url):
    """A query of ten thousand letters gets the page that says what is allowed."""
    request = (
        b"GET /search?q=" + b"a" * 10_000 + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    )
    answer = raw(real_server_url, request)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"q must be text of at most 1,000 characters, not 10,000." in answer


def test_bytes_that_are_no_text(real_server_url):
    """Broken UTF-8 in a query is answered and not a fault."""
    request = b"GET /search?q=%ff%fe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    assert raw(real_server_url, request).startswith(b"HTTP/1.1 200 ")
