"""Law: what makes a service unusable is known before the first relation, and said in one sentence."""
