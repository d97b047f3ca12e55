"""Layouts of shop systems, feeds and wholesalers: recognised by their headings, read as products."""
