"""What every room stands on: ids, calendar, quantities, issues, refusals, errors, context. Standard library only."""
