"""The kind `agent-kpi`: its columns, its rows, its rules."""
