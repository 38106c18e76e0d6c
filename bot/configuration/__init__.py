"""sereno.yaml and the environment → settings, or every problem with its place."""
