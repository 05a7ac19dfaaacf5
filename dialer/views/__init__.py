"""Read models for desktops and supervisors."""
