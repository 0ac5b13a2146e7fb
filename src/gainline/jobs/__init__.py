"""Jobs: what runs in the background and by the clock; a folder's name is its cadence."""
