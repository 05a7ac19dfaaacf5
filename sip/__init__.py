"""SIP and media: the wire to the engine, its client, the engine itself and the lab."""
