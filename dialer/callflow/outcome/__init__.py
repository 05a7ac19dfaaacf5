"""What the agent makes of a call: outcome, hang-up, Done."""
