"""Ingredient lists of labels: their words, their structure, and the vocabulary to read them by."""
