import { randomUUID } from 'node:crypto';
import { XMLBuilder } from 'fast-xml-parser';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ActionContext } from './action.ts';
import { type RpcCall, rpcCallOf } from './call.ts';
import { catalogue, type Operation, type Quota } from './catalogue.ts';
import { ApiFault, fault } from './errors.ts';
import type { AccessKey } from './gate.ts';
import type { Mishap, Mishaps } from './mishaps.ts';
import type { Params } from './params.ts';

export type RpcOptions = {
  readonly context: ActionContext;
  readonly gate: (call: RpcCall) => AccessKey;
  readonly mayPass: (quota: Quota) => boolean;
  readonly mishaps: Mishaps;
};

/** What the cloud made of a call. */
type Outcome = { readonly status: number; readonly root: string; readonly code: string; readonly content: object };

/** The RPC endpoint of VOD and Live at `/`: parameters in the query, the form body, or both; version 3 has some in headers. */
export function registerRpc(app: FastifyInstance, options: RpcOptions): void {
  app.route({
    method: ['GET', 'POST'],
    url: '/',
    handler: (request, reply) => answer(request, reply, options),
  });
}

function answer(request: FastifyRequest, reply: FastifyReply, options: RpcOptions): FastifyReply {
  const call = rpcCallOf(request);
  const { params } = call;
  const action = params.Action ?? '';
  const mishap = options.mishaps.next(action);
  const silent = mishap === 'silence' || mishap === 'lost-answer';
  const outcome = mishap === 'silence' ? null : perform(call, options, mishap);
  const { journal, clock, knobs } = options.context;
  journal.calls.push({
    atMs: clock.now(),
    action,
    accessKeyId: params.AccessKeyId || null,
    videoId: params.VideoId || params.MediaId || null,
    sessionId: params.SessionId || null,
    outcome: outcome?.code ?? 'Silence',
    answered: !silent,
  });
  if (outcome && !silent)
    return write(reply, request, params, mishap === 'late-error' ? failed(fault.internal()) : outcome);
  reply.hijack();
  const cancel = clock.after(knobs().silenceMs, () => request.raw.socket.destroy());
  request.raw.socket.once('close', cancel);
  return reply;
}

function perform(call: RpcCall, options: RpcOptions, mishap: Mishap | null): Outcome {
  const { params } = call;
  try {
    const operation = operationOf(call);
    options.gate(call);
    if (mishap === 'throttled' || !options.mayPass(operation.quota)) throw fault.throttled();
    if (mishap === 'error') throw fault.unavailable();
    const content = operation.action(params, options.context);
    return { status: 200, root: `${params.Action}Response`, code: 'OK', content };
  } catch (error) {
    if (error instanceof ApiFault) return failed(error);
    throw error;
  }
}

function operationOf({ params, sentAs }: RpcCall): Operation {
  if (!params.Version) throw fault.missingParameter(sentAs('Version'));
  const operations = catalogue[params.Version];
  if (!operations) throw fault.unknownVersion();
  if (!params.Action) throw fault.missingParameter(sentAs('Action'));
  const operation = Object.hasOwn(operations, params.Action) ? operations[params.Action] : undefined;
  if (!operation) throw fault.unknownAction();
  return operation;
}

function failed({ code, httpStatus, message }: ApiFault): Outcome {
  return { status: httpStatus, root: 'Error', code, content: { Code: code, Message: message } };
}

/** JSON on request; the default is XML, where a list's items repeat their element. */
function write(reply: FastifyReply, request: FastifyRequest, params: Params, outcome: Outcome): FastifyReply {
  const { status, root, code, content } = outcome;
  const RequestId = randomUUID().toUpperCase();
  const Recommend = `https://api.aliyun.com/troubleshoot?q=${code}&product=vod&requestId=${RequestId}`;
  const body = code === 'OK' ? { RequestId, ...content } : { RequestId, HostId: request.host, ...content, Recommend };
  if (params.Format?.toUpperCase() === 'JSON') return reply.code(status).send(body);
  const xml = new XMLBuilder({ suppressEmptyNode: true }).build({ [root]: body });
  return reply.code(status).type('text/xml;charset=utf-8').send(`<?xml version="1.0" encoding="UTF-8"?>${xml}`);
}
