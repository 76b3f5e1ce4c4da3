"""What the cells of a Danish export mean, whatever the kind: headings, numbers, months, totals."""
