"""The bot's commands, one tree for all platforms: what there is (`spec`), and what each does."""
