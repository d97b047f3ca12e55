"""Products to and from files: CSV, JSON Lines and XLSX, in our own layout or a supplier's."""
