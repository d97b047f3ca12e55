"""Payments: the providers behind one adapter, their reports, and the trial provider's page."""
