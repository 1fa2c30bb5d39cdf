"""Checks a document against Docs/Schema/api-v1.schema.json, of whose language it knows what that file uses."""

import json
import pathlib

PATH = pathlib.Path(__file__).resolve().parents[2] / "Docs/Schema/api-v1.schema.json"
SCHEMA = json.loads(PATH.read_text())
KNOWN = {"$ref", "const", "description", "enum", "examples", "items", "properties", "required", "type"}
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None), "integer": int,
         "number": (int, float)}


def is_of(value, name):
    return isinstance(value, TYPES[name]) and (name == "boolean" or not isinstance(value, bool))


def problems(value, rule, place):
    """What is wrong with a value: also members that the schema does not document."""
    if unknown := set(rule) - KNOWN:
        return [f"{place}: the schema uses {unknown}, which is not checked"]
    found = []
    if "$ref" in rule:
        found += problems(value, SCHEMA["$defs"][rule["$ref"].rpartition("/")[2]], place)
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
                found += problems(one, rule["properties"][name], f"{place}.{name}")
            else:
                found.append(f"{place}: {name} is not documented")
    if isinstance(value, list) and "items" in rule:
        for index, one in enumerate(value):
            found += problems(one, rule["items"], f"{place}[{index}]")
    return found


def check(name, document):
    """What is wrong with one of the documents beneath /api/v1/."""
    return problems(document, SCHEMA["$defs"][name or "index"], name or "index")
