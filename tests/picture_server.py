"""A server of pictures on this machine, over TLS, for tests of fetching."""

import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from catalog.pictures import MOST_BYTES
from tests.serving import serving

LOOPBACK = "127.0.0.0/8, ::1/128"
PICTURE = b"picture" * 1000


def certificate(folder: Path) -> Path:
    """A certificate of localhost, signed by itself, with its key in the same file."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "localhost.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return file


class Answers(BaseHTTPRequestHandler):
    """Answers by path."""

    asked: ClassVar[list[str]] = []
    content: ClassVar[bytes] = PICTURE

    def do_GET(self) -> None:
        self.asked.append(self.path)
        answer: Callable[[], None] = getattr(self, self.path.strip("/").partition("?")[0].partition(".")[0])
        answer()

    def log_message(self, *arguments: object) -> None:
        """Nothing: the test says what it expects."""

    def send(self, status: int, content: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in ({"Content_Length": str(len(content))} | headers).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def picture(self) -> None:
        self.send(200, self.content)

    def gone(self) -> None:
        self.send(404, b"no such file")

    def moved(self) -> None:
        self.send(302, Location="/picture.jpg")

    def elsewhere(self) -> None:
        self.send(302, Location="https://169.254.169.254/latest/meta-data")

    def plain(self) -> None:
        self.send(302, Location="http://localhost/picture.jpg")

    def round(self) -> None:
        self.send(302, Location="/round")

    def heavy(self) -> None:
        self.send(200, bytes(MOST_BYTES + 1))

    def endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        while True:
            self.wfile.write(bytes(1024 * 1024))

    def trickle(self) -> None:
        self.send_response(200)
        self.end_headers()
        while True:
            self.wfile.write(b".")
            time.sleep(0.05)

    def headers_without_end(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Word: ")
        while True:
            self.wfile.write(b".")
            time.sleep(0.05)

    def short(self) -> None:
        self.send(200, PICTURE, Content_Length="100000")

    def compressed(self) -> None:
        self.send(200, PICTURE, Content_Encoding="gzip")


class QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *arguments: object) -> None:
        """Nothing: a client that breaks off is meant."""


@contextmanager
def picture_server(pem: Path) -> Iterator[str]:
    """The host and port of a server with that certificate."""
    Answers.asked = []
    served = QuietServer(("127.0.0.1", 0), Answers)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    served.socket = context.wrap_socket(served.socket, server_side=True, do_handshake_on_connect=False)
    with serving(served):
        yield f"localhost:{served.server_port}"
