"""What admins write in YAML, and the verdict it gives."""
