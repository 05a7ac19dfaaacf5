"""PACE-8h: pacing rules on a virtual shift. It drives any `dialer.pacing.Pacer` by its Protocol alone."""
