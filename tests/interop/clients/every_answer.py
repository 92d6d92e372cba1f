"""Reads answers with the models of one generator: standard input has pairs of a schema's name and an answer, as JSON.

Prints what each model made of its answer, as JSON; where a model cannot read it, the text of the error.
"""

import json
import sys

import foreign_models as models


def openapi_generator(name, answer):
    return json.loads(getattr(models, name).from_dict(answer).to_json())


def pydantic(name, answer):
    read = getattr(models, name).model_validate_json(json.dumps(answer))
    return json.loads(read.model_dump_json(by_alias=True, exclude_unset=True))


def msgspec(name, answer):
    import msgspec

    return json.loads(msgspec.json.encode(msgspec.json.decode(json.dumps(answer), type=getattr(models, name))))


def result(name, answer):
    try:
        return {"read": globals()[sys.argv[1]](name, answer)}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


print(json.dumps([result(*pair) for pair in json.load(sys.stdin)]))
