"""The dialer: its vocabulary, its rules, its store and the programs made of them."""
