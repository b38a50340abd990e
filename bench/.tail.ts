import { load, openWorkplace } from './ingress-load.ts';
import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { startBroker, freePorts } from '../local/index.ts';
const root = await mkdtemp('/tmp/ingb-');
const [port=0, controllerPort=0] = await freePorts(2);
const broker = await startBroker({ jars: '/work/main/.live2vod/jars/kafka', folder: root + '/b', port, controllerPort });
const w = await openWorkplace(broker.brokers);
try {
const child = fork('/work/main/bench/.tail-target.ts', ['durable', JSON.stringify({ ...w.settings, lingerMs: Number(process.env.LINGER ?? 1) })], { execArgv: (process.env.NODEFLAGS ?? '').split(' ').filter(Boolean) });
const address: string = await new Promise((r) => child.on('message', (m: any) => m.kind === 'listening' && r(m.address)));
const C = Number(process.env.C ?? 256);
await load(address, { seconds: 6, connections: C });
const full = await load(address, { seconds: 5, connections: C }); console.log('full', full.perSecond, full.p50Ms, full.p99Ms, full.maxMs);
child.kill('SIGUSR2'); await new Promise((r) => setTimeout(r, 100));
for (const rate of [5000, 10000, 10000]) { const l = await load(address, { seconds: 6, connections: C, perSecond: rate }); console.log(rate, l.perSecond, 'p50', l.p50Ms, 'p99', l.p99Ms, 'max', l.maxMs); child.kill('SIGUSR2'); await new Promise((r) => setTimeout(r, 100)); }
child.send('stop'); await new Promise((r) => child.on('exit', r));
} finally { await w.remove(); await broker.stop(); await rm(root, { recursive: true, force: true }); }
