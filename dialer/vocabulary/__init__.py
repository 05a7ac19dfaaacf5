"""The words that the parts of Cornetta say to each other: ids, errors, commands, events and outputs."""
