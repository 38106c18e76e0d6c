"""Data of the text side, and the program that makes confusables.txt."""
