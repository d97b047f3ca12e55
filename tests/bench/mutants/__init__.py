"""Mutants of Python files: which there are, and a copy of the checkout to try them in."""
