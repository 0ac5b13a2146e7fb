"""Services: one verb per function, which authorizes, acts and leaves an audit event, all or nothing."""
