"""aliyun-python-sdk-vod: signature version 1, answers as they come. It has no Live; its core calls that by name."""
import importlib
import json

from aliyunsdkcore.auth.credentials import StsTokenCredential
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest


def client_of(key):
    if key.get('token'):
        return AcsClient(region_id='cn-shanghai', credential=StsTokenCredential(key['id'], key['secret'], key['token']))
    return AcsClient(key['id'], key['secret'], 'cn-shanghai')


def flat(name, value):
    if isinstance(value, dict):
        return [pair for key, one in value.items() for pair in flat(f'{name}.{key}', one)]
    if isinstance(value, list):
        return [pair for index, one in enumerate(value) for pair in flat(f'{name}.{index + 1}', one)]
    return [(name, value)]


def request_of(action, params, version):
    try:
        module = importlib.import_module(f'aliyunsdkvod.request.v20170321.{action}Request')
    except ModuleNotFoundError:
        request = CommonRequest(version=version, action_name=action)
        request.set_method('POST')
        for name, value in (pair for key, one in params.items() for pair in flat(key, one)):
            request.add_query_param(name, value)
        return request
    request = getattr(module, f'{action}Request')()
    for name, value in params.items():
        setter = getattr(request, f'set_{name}', None)
        if setter:
            setter(value)
        else:  # Younger than the library.
            for key, one in flat(name, value):
                request.add_query_param(key, one)
    return request


def call(order):
    version = '2016-11-01' if order['library'] == 'live' else '2017-03-21'
    request = request_of(order['action'], order['params'], version)
    host = order['url'].removeprefix('http://')
    if isinstance(request, CommonRequest):
        request.set_domain(host)
    else:
        request.set_endpoint(host)
    request.set_accept_format('json')
    request.set_protocol_type('http')
    return json.loads(client_of(order['key']).do_action_with_exception(request))
