"""Ordering: what a shopper takes together, counted in magnesium, other substances, days and money."""
