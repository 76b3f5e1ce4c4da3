"""Files with a row per month and key and an owner of the month: read in the same way, whatever their figures."""
