"""The kind `partner-kpi`: its columns, its rows, its rules, and what a partner is called."""
