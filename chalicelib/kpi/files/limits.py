"""What a dropped file may be at most, whatever its format, and how its readers know and refuse a workbook.

A reader's own bounds (a CSV's line, a workbook's parts) stand with it. Pure: no AWS, no environment.
"""

from __future__ import annotations

LARGEST_FILE = 32 * 1024 * 1024  # bytes
MOST_ROWS = 150_000  # of the file, and so of each of its sheets
MOST_COLUMNS = 200

ZIP_START = b"PK\x03\x04"
DAMAGED_WORKBOOK = "Filen er beskadiget eller ikke en rigtig .xlsx-fil. Gem den igen fra Excel, og læg den op på ny."
