"""Commands that need no server: engine, lake and road only."""
