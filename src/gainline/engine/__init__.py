"""The engine: pure knowledge. Values in, values out; no web, network, terminal or clock."""
