"""Actions that a bot's file describes as HTTP calls, without Python (bot language 14.2)."""
