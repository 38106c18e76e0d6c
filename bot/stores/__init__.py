"""The one SQL database that is the truth: tables, the writer, the journal, read models and migrations."""
