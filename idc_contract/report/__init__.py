"""Law: an outcome in four forms (text, JUnit, HTML, JSON) that name the same findings, and count them alike."""
