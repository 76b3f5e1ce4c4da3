"""What a partner's own systems may ask of the hotline: signed calls, JSON in and out."""
