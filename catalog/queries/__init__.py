"""Queries: reads for pages and the admin, every one bounded; what finds products is `catalog.search`."""
