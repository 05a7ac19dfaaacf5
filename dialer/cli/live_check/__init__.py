"""The check of a peer by trial calls: `cornetta check --live` finds wrong settings of an Asterisk or a carrier."""
