"""Law: requests go out and answers come in here: sent, timed, repeated, judged, logged; no endpoint is named."""
