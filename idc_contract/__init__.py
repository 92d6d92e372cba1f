"""Contract tests: does a service do what openapi.yaml says? Run as `idc-contract`, or by pytest.

Imports nothing: pytest loads the plugin in every run of every user.
"""
