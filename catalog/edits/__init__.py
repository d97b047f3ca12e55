"""Edits: the only writer of the catalogue. Callers commit. catalog/README.md has the map."""
