"""How small an effect a pilot could show, and how many schools or students it needs."""
