"""Interactions with contacts: state tables of leg, interaction and party, and call results."""
