"""Edits: the only writer of the catalogue. Callers commit; the README beside this file has the map."""
