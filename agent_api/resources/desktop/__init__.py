"""The desktop in the browser: its build, and how it is served."""
