"""The API as a program asks it."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.recommend import shoppers

ADVICE = "/api/v1/advice"
HEALTHY: dict[str, Any] = dict(shoppers.HEALTHY)

Ask = Callable[..., TestResponse]


@pytest.fixture
def ask(client: FlaskClient) -> Ask:
    """Ask for an advice; changes to the answers of a healthy adult, or another body, and headers."""

    def send(
        body: bytes | str | None = None, kind: str | None = "application/json", query: str = "", **changes: Any
    ) -> TestResponse:
        if body is None:
            return client.post(ADVICE + query, json=HEALTHY | changes)
        return client.post(ADVICE + query, data=body, content_type=kind)

    return send
