"""What we sell: models, migrations, one read side (`queries`), one write path (`edits`).

Money is integer cents (derived prices: tenths of a cent), magnesium integer micrograms (ug), because SQLite
keeps NUMERIC as a floating point number.
"""
