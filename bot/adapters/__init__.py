"""One file for each place people chat: the only code that knows a platform."""
