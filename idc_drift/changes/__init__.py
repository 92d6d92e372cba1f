"""Changes as values: their levels, their places in both documents, accepted differences, the outcome."""
