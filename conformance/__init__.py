"""The judge: compares contracts and examines servers. Knows nothing of the judged."""
