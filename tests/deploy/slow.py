"""Slow clients of a shop behind its proxy: python -m tests.deploy.slow ADDRESS CA NUMBER, until its input ends.

Half of them never come to the end of a head, half send a form a byte at a time. Who is given up comes again. Prints a
line when all are connected, and in the end how many were then, and how often one came again.
"""

import asyncio
import resource
import ssl
import sys
from urllib.parse import urlsplit

from tests.deploy.visitors import HOMES

PAUSE_SECONDS = 2
HEAD = b"GET /nl/ HTTP/1.1\r\nHost: %s\r\nX-Slow: "
FORM = (
    b"POST /nl/keuzehulp HTTP/1.1\r\nHost: %s\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 9000\r\n\r\nstomach="
)


class Clients:
    def __init__(self, host: str, ca: str) -> None:
        self._host, self._tls = host, ssl.create_default_context(cafile=ca)
        self.connected, self.came = 0, 0

    async def trickle(self, number: int) -> None:
        beginning = (HEAD, FORM)[number % 2] % self._host.encode()
        while True:
            try:
                await self._once(HOMES[number % len(HOMES)], beginning)
            except (OSError, asyncio.IncompleteReadError):
                await asyncio.sleep(PAUSE_SECONDS)

    async def _once(self, home: str, beginning: bytes) -> None:
        reader, writer = await asyncio.open_connection(self._host, 443, ssl=self._tls, local_addr=(home, 0))
        self.connected += 1
        self.came += 1
        answered = asyncio.create_task(reader.read(1))
        try:
            writer.write(beginning)
            while not answered.done():
                await writer.drain()
                await asyncio.wait([answered], timeout=PAUSE_SECONDS)
                writer.write(b"x")
        finally:
            self.connected -= 1
            answered.cancel()
            writer.close()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


async def main(address: str, ca: str, number: int) -> None:
    clients = Clients(urlsplit(address).hostname or "", ca)
    tasks = [asyncio.create_task(clients.trickle(each)) for each in range(number)]
    while clients.connected < number * 0.95:
        await asyncio.sleep(0.1)
    _say("connected")
    await asyncio.to_thread(sys.stdin.read)
    _say(f"{clients.connected} {clients.came}")
    for task in tasks:
        task.cancel()


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
