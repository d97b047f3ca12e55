"""The product catalogue: tables, search index, edits, advice queries, imports and exports. README.md has the map.

Money is integer cents (derived prices: tenths of a cent), magnesium integer micrograms (ug), because SQLite stores
NUMERIC as a floating point number.
"""
