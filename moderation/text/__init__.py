"""The text side of moderation: views of a message, phrases, links, quotations and looks. Pure, and never raising."""
