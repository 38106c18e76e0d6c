"""The outside world and the loop: adapters, stores, the command line, the local room."""
