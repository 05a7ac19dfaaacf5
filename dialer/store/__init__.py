"""The store: everything durable, by SQLAlchemy 2."""
