"""What must hold between answers, by generation; see tests/contract/relation.py."""
