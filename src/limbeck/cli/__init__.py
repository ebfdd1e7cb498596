"""The command line: parse, show, ask. What it does stands in `limbeck.command`."""
