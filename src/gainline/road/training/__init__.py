"""The verbs of training: check a program, schedule it, issue its credentials, and see what hours go with in lessons."""
