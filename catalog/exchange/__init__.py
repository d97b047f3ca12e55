"""Import and export of products: CSV, JSON Lines and XLSX, in our own layout or a supplier's."""
