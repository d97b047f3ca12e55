"""Bar charts as SVG, drawn from the same rows as the table behind them."""

from collections.abc import Sequence

from msgspec import Struct

WIDTH, ROW, LABEL, GAP = 480, 26, 150, 8
NUMBER = 44
"""Room for the number behind the longest bar."""


class Bar(Struct, frozen=True):
    """A bar with where it stands in the drawing, in user units."""

    label: str
    count: int
    y: int
    length: int


class Chart(Struct, frozen=True):
    """A horizontal bar chart."""

    bars: Sequence[Bar]
    width: int = WIDTH
    left: int = LABEL
    row: int = ROW

    @property
    def height(self) -> int:
        return len(self.bars) * ROW + GAP


def chart(rows: Sequence[tuple[str, int]]) -> Chart:
    """A bar for each row; the longest fills the room there is."""
    most = max((count for _label, count in rows), default=0) or 1
    room = WIDTH - LABEL - NUMBER
    return Chart(
        [Bar(label, count, place * ROW + GAP // 2, room * count // most) for place, (label, count) in enumerate(rows)]
    )
