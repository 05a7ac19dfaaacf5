"""What every route of the API stands on: who asks, what they say, what they are told."""
