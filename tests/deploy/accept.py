"""The person who opens an invitation: python -m tests.deploy.accept LINK CA_FILE PASSWORD."""

import sys
import time

import requests

from tests.deploy.visitors import Visitor


def main(link: str, ca: str, password: str) -> None:
    visitor = Visitor(link.partition("/admin")[0], ca)
    for _ in range(50):  # the proxy asks its shops how they are before it sends anybody there
        try:
            page = visitor.get(link)
        except requests.RequestException as error:
            last: object = error
        else:
            last = page.status_code
            if page.ok:
                break
        time.sleep(0.3)
    else:
        raise SystemExit(f"no page for the invitation: {last}")
    answer = visitor.submit(page, password=password, again=password)
    assert answer.status_code == 200, answer.text


if __name__ == "__main__":
    main(*sys.argv[1:])
