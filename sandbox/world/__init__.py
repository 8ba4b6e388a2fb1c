"""A simulated operator: what really happened, before any vendor's system recorded it."""
