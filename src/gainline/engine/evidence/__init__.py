"""Evidence: from a frame of students to estimates, a rating and a verdict."""
