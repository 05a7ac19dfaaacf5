"""The command line: one module per group of commands, and their common parts."""


def main() -> None:
    """Entry point of the console script. The commands are imported here, so that a part of this package stays light."""
    from dialer.cli.app import app

    app()
