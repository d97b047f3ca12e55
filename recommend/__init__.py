"""What the shop knows of magnesium and how it reasons: pure functions over data that is loaded once.

No web, no database, no clock. Start at `engine.advise`; the knowledge itself is YAML under `data/`.
"""
