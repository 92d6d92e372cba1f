"""Two APIs: operations, parameters, bodies, responses; what is inside a schema is asked of ``judge``."""
