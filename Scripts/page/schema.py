"""Checks a document against a schema of Docs/Schema, of whose language it knows what those files use.

As a program: schema.py NAME [DEFINITION] checks standard input against NAME.schema.json."""

import json
import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "Docs/Schema"
KNOWN = {"$ref", "const", "description", "enum", "examples", "items", "properties", "required", "type"}
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None), "integer": int,
         "number": (int, float)}


def schema(name):
    return json.loads((FOLDER / f"{name}.schema.json").read_text())


SCHEMA = schema("api-v1")


def is_of(value, name):
    return isinstance(value, TYPES[name]) and (name == "boolean" or not isinstance(value, bool))


def problems(value, rule, place, whole=SCHEMA):
    """What is wrong with a value: also members that the schema does not document."""
    if unknown := set(rule) - KNOWN:
        return [f"{place}: the schema uses {unknown}, which is not checked"]
    found = []
    if "$ref" in rule:
        found += problems(value, whole["$defs"][rule["$ref"].rpartition("/")[2]], place, whole)
    types = rule.get("type", [])
    types = [types] if isinstance(types, str) else types
    if types and not any(is_of(value, one) for one in types):
        return [f"{place}: {json.dumps(value)[:60]} is not {types}"]
    if "const" in rule and value != rule["const"] or "enum" in rule and value not in rule["enum"]:
        found.append(f"{place}: {value!r} is not allowed")
    if isinstance(value, dict) and "properties" in rule:
        found += [f"{place}: there is no {name}" for name in rule.get("required", []) if name not in value]
        for name, one in value.items():
            if name in rule["properties"]:
                found += problems(one, rule["properties"][name], f"{place}.{name}", whole)
            else:
                found.append(f"{place}: {name} is not documented")
    if isinstance(value, list) and "items" in rule:
        for index, one in enumerate(value):
            found += problems(one, rule["items"], f"{place}[{index}]", whole)
    return found


def check(name, document):
    """What is wrong with one of the documents beneath /api/v1/."""
    return problems(document, SCHEMA["$defs"][name or "index"], name or "index")


if __name__ == "__main__":
    WHOLE = schema(sys.argv[1])
    DEFINITION = sys.argv[2] if len(sys.argv) > 2 else "result"
    WRONG = problems(json.load(sys.stdin), WHOLE["$defs"][DEFINITION], DEFINITION, WHOLE)
    print("\n".join(WRONG) if WRONG else f"{sys.argv[1]}: ok")
    sys.exit(1 if WRONG else 0)
