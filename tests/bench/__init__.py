"""Benchmarks, run by hand (`python -m tests.bench`). They print ratios; no test asserts a time."""
