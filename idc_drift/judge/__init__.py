"""Two schemas in one direction: a graph of pairs, each judged once."""
