"""Text from anywhere, as values with positions: nothing here knows what an OpenAPI document means."""
