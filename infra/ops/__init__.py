"""Commands for whoever runs the service: `python -m infra.ops --help`."""
