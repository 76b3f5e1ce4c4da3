"""What the package is made for, whatever Python runs make: Lambda's Python 3.11 on x86_64."""

from __future__ import annotations

PYTHON = "3.11"
RUNTIME = f"python{PYTHON}"
ARCHITECTURE = "x86_64"
#: uv's name of the platform whose wheels are taken; older than Lambda's glibc.
WHEELS = "x86_64-manylinux2014"
#: The glibc of Lambda's Python 3.11 (Amazon Linux 2); a library that asks for a newer one doesn't load.
GLIBC = (2, 26)
#: Where Lambda unpacks the zip; code is compiled as if it lay there, so that a traceback names it so everywhere.
ROOT = "/var/task"
#: Megabytes (10^6 bytes) that the zip stays under. Lambda itself takes 250 unpacked.
MOST_MEGABYTES = 30
