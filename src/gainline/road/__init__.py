"""The road: one verb per step of the main job, over a workspace folder."""
