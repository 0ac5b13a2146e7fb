"""People: who holds which role where, for what and until when; and who may take which decision."""
