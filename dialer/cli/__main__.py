"""`python -m dialer.cli`: the same as `cornetta`."""

from dialer.cli import main

main()
