"""What versions before this one stored, one file a kind: tests/stored/README.md."""
