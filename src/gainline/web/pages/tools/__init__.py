"""Tools: the portfolio, and one page for each tool."""
