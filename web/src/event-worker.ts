/** The worker that all tabs of this page share. */
import { aliveEveryMs, EventHub, type HubPort } from './event-hub.ts';

const hub = new EventHub();
setInterval(() => hub.dropSilent(), aliveEveryMs);
addEventListener('connect', (event) => {
  const [port] = (event as MessageEvent).ports;
  if (port) hub.add(port as HubPort);
});
