"""alibabacloud-vod20170321 and alibabacloud-live20161101: typed requests, signature version 3."""
import importlib

from alibabacloud_tea_openapi.models import Config

from models import LIBRARIES, fields_of, models_of

clients = {}


def client_of(library, url, key):
    name = json_key(library, url, key)
    if name not in clients:
        module = importlib.import_module(f'{LIBRARIES[library]}.client')
        config = Config(
            access_key_id=key['id'],
            access_key_secret=key['secret'],
            security_token=key.get('token'),
            endpoint=url.removeprefix('http://'),
            protocol='HTTP',
        )
        client = module.Client(config)
        client.raw = None
        call_api = client.call_api

        def keeping(*arguments):
            client.raw = call_api(*arguments)
            return client.raw

        client.call_api = keeping
        clients[name] = client
    return clients[name]


def json_key(library, url, key):
    return (library, url, key['id'], key['secret'], key.get('token'))


def call(order):
    library, action = order['library'], order['action']
    client = client_of(library, order['url'], order['key'])
    request_type = getattr(models_of(library), f'{action}Request')
    unknown = [name for name in order['params'] if name not in fields_of(request_type)]
    if unknown:
        raise ValueError(f'{action} has no parameter {", ".join(unknown)}')
    method = next(name for name in dir(client) if name.replace('_', '') == action.lower())
    response = getattr(client, method)(request_type().from_map(order['params']))
    if response.body is None:
        raise ValueError(f'{action}: no body')
    return client.raw['body']
