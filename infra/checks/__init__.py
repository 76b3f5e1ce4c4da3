"""What `make secure` and `make audit` look at, by programs that live in an environment of their own."""
