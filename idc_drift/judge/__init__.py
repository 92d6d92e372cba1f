"""The comparison of two schemas in one direction, as a graph of pairs that are each judged once."""
