"""What a JSON schema allows, said once whichever way it is written; nothing here compares."""
