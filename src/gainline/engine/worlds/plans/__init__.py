"""Plans that ship as TOML templates."""
