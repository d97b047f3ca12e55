"""Everything that speaks HTTP or the command line."""
