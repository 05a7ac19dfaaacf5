"""The end of a call: the result, after-call work, and what is left behind."""
