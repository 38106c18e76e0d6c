"""What happened in a community and what is done about it: the vocabulary every other package speaks."""
