"""Makes what is deployed: one zip for all functions, the same bytes wherever it is made, and the template."""
