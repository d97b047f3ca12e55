"""Knowledge of magnesium and the reasoning on it: pure functions over data that is loaded once.

No web, no database, no clock. Entry point: `engine.advise`; the knowledge is YAML in `data/`.
"""
