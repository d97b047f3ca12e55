"""Outbox: the worker that mails, makes documents, asks providers and sends money back, after the orders were stored."""
