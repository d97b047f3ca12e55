"""Files as tables: a heading and a stream of rows, whatever the format."""

from catalog.exchange.reading.opening import open_table
from catalog.exchange.reading.table import Cell, Row, Table, TableChoice

__all__ = ["Cell", "Row", "Table", "TableChoice", "open_table"]
