"""The check of a peer by trying it: `cornetta check --live` finds what an Asterisk or a carrier has set up wrongly."""
