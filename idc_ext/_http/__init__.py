"""Law: requests are sent and answers received here: timed, retried, checked and logged; no endpoint is named."""
