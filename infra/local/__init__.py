"""The local run: emulated AWS built from infra/data.yaml, with the queues pumped as Lambda would."""
