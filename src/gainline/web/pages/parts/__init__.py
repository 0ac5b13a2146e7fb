"""The style guide: every part in every state, shown where the demo district is."""
