"""Store: the workflow's rows; the only place with database tables, each behind its district's fence."""
