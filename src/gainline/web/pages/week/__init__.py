"""The first screen: what is due, what is at risk, what we learned."""
