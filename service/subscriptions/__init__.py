"""Subscriptions: how other systems learn what is recorded, by following the log of their organization."""
