"""The choice of light or dark, and of the language: two forms that work without script."""
