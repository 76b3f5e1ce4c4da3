"""What a dropped file is made of: from bytes, never trusted, to named sheets of numbered rows."""
