"""Drives the shop with Locust from a process of its own: one job as JSON on each line in, its outcome on a line out.

Locust's own statistics round to whole milliseconds, which is coarser than a page; so every time is noted as it comes.
"""

from gevent import monkey

monkey.patch_all()

import re
import sys
import time
from typing import Any, ClassVar, cast
from urllib.parse import urlencode

import gevent
from locust import FastHttpUser, constant, task
from locust.env import Environment

from tests.bench.shop.work import Job, Outcome

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
MOST_SECONDS = 60
"""The longest wait of a job for its first answer."""
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class Visitor(FastHttpUser):
    """Asks for one page again and again, and looks at each answer."""

    abstract = True
    wait_time = constant(0)
    job: ClassVar[Job]
    times: ClassVar[list[float]]
    faults: ClassVar[list[str]]

    def on_start(self) -> None:
        for step in self.job.first:
            self._send(step.path, step.form)

    @task
    def page(self) -> None:
        start = time.perf_counter()
        for step in self.job.steps:
            self._send(step.path, step.form, step.cards)
        self.times.append(time.perf_counter() - start)

    def _send(self, path: str, form: dict[str, Any] | None, cards: int | None = None) -> None:
        """A page, or a form sent; a form's token is taken from its page once and kept."""
        if form is None:
            answer = self.client.get(path, allow_redirects=False, headers=self.job.headers, name="page")
        else:
            tokens = self.__dict__.setdefault("tokens", {})
            if path not in tokens:
                found = TOKEN.search(self.client.get(path, name="form").text or "")
                tokens[path] = found[1] if found else ""
            data = urlencode({"csrf_token": tokens[path], **form}, doseq=True)
            answer = self.client.post(path, data=data, headers=FORM, allow_redirects=False, name="form")
        expected = 200 if form is None else 303
        if answer.status_code != expected:
            self.faults.append(f"{path}: status {answer.status_code}, expected {expected}")
        elif cards is not None and (shown := (answer.content or b"").count(b'<li class="card')) != cards:
            self.faults.append(f"{path}: {shown} cards, expected {cards}")


def drive(job: Job) -> Outcome:
    """Let the visitors of a job do their work for its seconds."""
    visitor = cast(type[Visitor], type("V", (Visitor,), {"job": job, "times": [], "faults": [], "host": job.host}))
    environment = Environment(user_classes=[visitor])
    runner = environment.create_local_runner()
    begun, busy = time.perf_counter(), time.process_time()
    runner.start(job.visitors, spawn_rate=100)
    gevent.sleep(job.seconds)
    while not (visitor.times or visitor.faults) and time.perf_counter() - begun < MOST_SECONDS:
        gevent.sleep(0.05)
    runner.quit()
    return Outcome(
        times=visitor.times,
        faults=visitor.faults[:3],
        seconds=time.perf_counter() - begun,
        busy=time.process_time() - busy,
    )


def main() -> None:
    import msgspec

    for line in sys.stdin:
        outcome = drive(msgspec.json.decode(line, type=Job))
        sys.stdout.write(msgspec.json.encode(outcome).decode() + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
