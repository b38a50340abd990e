"""aliyun-mns-sdk: what it makes of each answer, with its own checks."""
from mns.account import Account
from mns.queue import Message, QueueMeta


def plain(thing):
    fields = {name.lstrip('_'): value for name, value in vars(thing).items()}
    return {name: value for name, value in fields.items() if isinstance(value, (str, int, bool))}


def text(message):
    return plain(message) | {'message_body': body_of(message.message_body)}


def body_of(body):
    return body.decode() if isinstance(body, bytes) else body


OPERATIONS = {
    'CreateQueue': lambda account, queue, order: queue.create(QueueMeta(delay_sec=0)),
    'SetQueueAttributes': lambda account, queue, order: queue.set_attributes(QueueMeta(logging_enabled=True)),
    'GetQueueAttributes': lambda account, queue, order: plain(queue.get_attributes()),
    'ListQueue': lambda account, queue, order: account.list_queue(prefix=order['queue'], ret_number=1),
    'SendMessage': lambda account, queue, order: plain(queue.send_message(Message(order['bodies'][0]))),
    'BatchSendMessage': lambda account, queue, order: [
        plain(one) for one in queue.batch_send_message([Message(body) for body in order['bodies']])
    ],
    'PeekMessage': lambda account, queue, order: text(queue.peek_message()),
    'BatchPeekMessage': lambda account, queue, order: [text(one) for one in queue.batch_peek_message(16)],
    'ReceiveMessage': lambda account, queue, order: text(queue.receive_message(5)),
    'BatchReceiveMessage': lambda account, queue, order: [text(one) for one in queue.batch_receive_message(16, 5)],
    'ChangeMessageVisibility': lambda account, queue, order: plain(
        queue.change_message_visibility(order['handles'][0], 60)
    ),
    'DeleteMessage': lambda account, queue, order: queue.delete_message(order['handles'][0]),
    'BatchDeleteMessage': lambda account, queue, order: queue.batch_delete_message(order['handles']),
    'DeleteQueue': lambda account, queue, order: queue.delete(),
}


def call(order):
    key = order['key']
    account = Account(order['url'], key['id'], key['secret'], key.get('token') or '')
    queue = account.get_queue(order['queue'])
    queue.set_encoding(False)  # As VOD's own messages are.
    return OPERATIONS[order['action']](account, queue, order)
