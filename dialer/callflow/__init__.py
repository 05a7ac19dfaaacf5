"""The call flow: pure handlers that join the parts of the domain. A wing is a folder, and sees only those below it."""
