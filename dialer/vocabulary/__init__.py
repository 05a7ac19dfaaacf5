"""The vocabulary shared by all parts of Cornetta: ids, errors, commands, events and outputs."""
