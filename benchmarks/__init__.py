"""Programs that measure; the README's figures come from here."""
