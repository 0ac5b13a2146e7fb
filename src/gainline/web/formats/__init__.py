"""How languages write numbers here, where that is not as Django has it."""
