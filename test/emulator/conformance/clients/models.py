"""Holds an answer against the response model that the official library of today has for its operation."""
import importlib
import sys
import typing

LIBRARIES = {'vod': 'alibabacloud_vod20170321', 'live': 'alibabacloud_live20161101'}


def models_of(library):
    return importlib.import_module(f'{LIBRARIES[library]}.models')


def hints_of(cls):
    hints = typing.get_type_hints(cls.__init__, vars(sys.modules[cls.__module__]))
    return {name: hint for name, hint in hints.items() if name != 'return'}


def is_model(hint):
    return isinstance(hint, type) and hasattr(hint, 'to_map')


def sample(hint):
    if is_model(hint):
        return hint()
    return [] if typing.get_origin(hint) is list else {} if typing.get_origin(hint) is dict else 0


def fields_of(cls):
    """The names that travel, each with its type: a model tells them only through what it writes."""
    fields = {}
    for attribute, hint in hints_of(cls).items():
        # Lists are written whether or not they are set, so that the name has to agree.
        for name in cls(**{attribute: sample(hint)}).to_map():
            if name.lower() == attribute.replace('_', ''):
                fields[name] = hint
    return fields


def problems_of(hint, value, path):
    if value is None:
        return [f'{path}: null']
    if is_model(hint):
        if not isinstance(value, dict):
            return [f'{path}: {type(value).__name__}, the model has an object']
        fields = fields_of(hint)
        found = [f'{path}.{name}: the model knows no such field' for name in value if name not in fields]
        for name, of in fields.items():
            if name in value:
                found += problems_of(of, value[name], f'{path}.{name}')
        return found
    if typing.get_origin(hint) is list:
        if not isinstance(value, list):
            return [f'{path}: {type(value).__name__}, the model has a list']
        of = (typing.get_args(hint) or (typing.Any,))[0]
        return [problem for index, one in enumerate(value) for problem in problems_of(of, one, f'{path}[{index}]')]
    if typing.get_origin(hint) is dict or hint in (dict, typing.Any):
        return []
    allowed = (int, float) if hint is float else (hint,)
    fits = isinstance(value, allowed) and (hint is bool or not isinstance(value, bool))
    return [] if fits else [f'{path}: {type(value).__name__}, the model has {getattr(hint, "__name__", hint)}']


def missing_of(hint, value, path):
    """Fields of the model that the answer leaves out, items of a list counted together."""
    if is_model(hint) and isinstance(value, dict):
        missing = []
        for name, of in fields_of(hint).items():
            where = f'{path}.{name}' if path else name
            missing += missing_of(of, value[name], where) if name in value else [where]
        return missing
    if typing.get_origin(hint) is list and isinstance(value, list) and typing.get_args(hint):
        each = [set(missing_of(typing.get_args(hint)[0], one, f'{path}[]')) for one in value]
        return sorted(set.intersection(*each)) if each else []
    return []


def judge(library, action, body):
    model = getattr(models_of(library), f'{action}ResponseBody')
    model().from_map(body).validate()
    return {'problems': problems_of(model, body, action), 'missing': missing_of(model, body, '')}
