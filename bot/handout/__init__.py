"""Who scores which message: this process, or workers that take texts from Redis (docs/scaling.md)."""
