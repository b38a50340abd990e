/** What a command says of a console that is none, or that doesn't answer. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { askConsole } from '../../cli/console-request.ts';
import { exitCode } from '../../cli/exit.ts';

async function consoleThat(answers: RequestListener): Promise<string> {
  vi.stubEnv('CONSOLE_TOKEN', 'token');
  const server = createServer(answers);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    vi.unstubAllEnvs();
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it('says in one line that an answer without JSON is not the console’s', async () => {
  const address = await consoleThat((_, response) => response.writeHead(502).end('<html>bad gateway</html>'));
  await expect(askConsole('/api/sessions/s/clips', {}, address)).rejects.toMatchObject({
    name: 'CommandFault',
    exitCode: exitCode.unavailable,
    message: expect.stringContaining('answers 502 without JSON'),
  });
});

it('gives up a console that doesn’t answer', async () => {
  const ended = AbortSignal.abort();
  const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(ended);
  onTestFinished(() => timeout.mockRestore());
  const address = await consoleThat(() => undefined);
  await expect(askConsole('/api/sessions/s/clips', {}, address)).rejects.toMatchObject({
    exitCode: exitCode.unavailable,
    message: expect.stringContaining("doesn't answer"),
  });
});
