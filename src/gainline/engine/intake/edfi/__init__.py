"""Ed-Fi 5: interchange files (XML) and resources of the API (JSON) to canonical rows."""
