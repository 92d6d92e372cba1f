"""Law: a relation holds for every correct service, whatever it is made of; see relation.py."""
