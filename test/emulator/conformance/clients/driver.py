"""
Runs the official Python libraries for the conformance suite: an order as JSON on each line in, its outcome on a line out.
"""
import json
import sys
import warnings

warnings.simplefilter('ignore')

import legacy  # noqa: E402
import models  # noqa: E402
import queues  # noqa: E402
import today  # noqa: E402

ORDERS = {
    'today': lambda order: today.call(order),
    'legacy': lambda order: legacy.call(order),
    'mns': lambda order: queues.call(order),
    'judge': lambda order: models.judge(order['library'], order['action'], order['body']),
}


def run(order):
    try:
        return {'answer': ORDERS[order['do']](order)}
    except Exception as error:  # Whatever the library makes of a refusal is an outcome.
        code = getattr(error, 'code', None) or getattr(error, 'error_code', None) or getattr(error, 'type', None)
        return {'error': {'code': code, 'message': f'{type(error).__name__}: {error}'}}


for line in sys.stdin:
    print(json.dumps(run(json.loads(line))), flush=True)
