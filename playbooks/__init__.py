"""Conversations over time: greetings, prompts, announcements, escalations."""
