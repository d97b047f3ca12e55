"""Helpers of the import tests: sending a file, mapping its columns, pressing a button."""

import io
import re

from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from tests.shop.visitor import csrf_token


def send_file(client: FlaskClient, content: str | bytes, name: str = "list.csv", **fields: str) -> TestResponse:
    data = content if isinstance(content, bytes) else content.encode()
    token = csrf_token(client.get("/admin/import"))
    form = {"csrf_token": token, "file": FileStorage(io.BytesIO(data), name), "supplier": "", **fields}
    boundary, body = encode_multipart(form)  # the client itself would leave a large body's file open
    return client.post("/admin/import", data=body, content_type=f"multipart/form-data; boundary={boundary}")


def press(client: FlaskClient, page: str, address: str, **fields: str) -> TestResponse:
    shown = client.get(page)
    seen = re.findall(r'name="seen" value="([^"]+)"', shown.text)
    return client.post(address, data={"csrf_token": csrf_token(shown), "seen": seen, **fields})


def mapped(page: TestResponse) -> dict[str, str]:
    """The mapping form as it stands, to be sent."""
    form: dict[str, str] = {}
    for name, options in re.findall(r'<select id="[^"]+" name="([^"]+)"[^>]*>(.*?)</select>', page.text, re.S):
        chosen = re.search(r'<option(?: value="([^"]*)")? selected>([^<]*)', options)
        form[name] = (chosen[2] if chosen[1] is None else chosen[1]) if chosen else ""
    return form


def chosen(page: TestResponse) -> dict[str, str]:
    """The answers on a file's questions as the page proposes them, to be sent."""
    form: dict[str, str] = {}
    for name, options in re.findall(r'<select id="[^"]+" name="(answer-[^"]+)"[^>]*>(.*?)</select>', page.text, re.S):
        values = re.findall(r'<option value="([^"]*)"( selected)?', options)
        form[name] = next((value for value, selected in values if selected), values[0][0])
    return form
