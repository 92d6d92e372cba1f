"""What must hold between answers, by generation; see idc_contract/relations/relation.py."""
