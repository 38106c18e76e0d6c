"""The local room, the moderators' desk and the HTTP that others script."""
