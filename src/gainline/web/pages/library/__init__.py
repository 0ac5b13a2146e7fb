"""Library: what was learned, playbooks for those who come after, and the stories behind them."""
