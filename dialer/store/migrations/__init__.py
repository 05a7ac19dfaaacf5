"""Migrations of the tables, by Alembic: each expands first, and contracts in a later release."""
