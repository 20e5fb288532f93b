"""Claims about voice-assistant privacy: extraction, comparison and export."""
