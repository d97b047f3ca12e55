"""Ordering: the basket."""
