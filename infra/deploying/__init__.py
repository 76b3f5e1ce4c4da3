"""Brings a package to AWS: shows what would change, asks, applies, and lets the secretariat in."""
