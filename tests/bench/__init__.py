"""Benchmarks, run by hand (`shop dev bench`). They print ratios; no test asserts a time."""
