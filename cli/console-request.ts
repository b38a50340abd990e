/** What a command asks of the console, as a person with its token. */
import { systemPlatform } from '../platform/host/index.ts';
import { readConfiguration } from './environment.ts';
import { CommandFault, exitCode } from './exit.ts';

/** The console itself waits for Kafka alone. */
const withinMs = 30_000;

/**
 * Posts to the console.
 * @param path of the route, `/api/…`
 * @param address of the console; the local one where absent
 * @throws CommandFault without CONSOLE_TOKEN, where no console answers, and with its words where it refuses
 */
export async function askConsole<T>(path: string, body: object, address: string | undefined): Promise<T> {
  const { settings } = readConfiguration();
  if (settings.CONSOLE_TOKEN === undefined)
    throw new CommandFault('CONSOLE_TOKEN: the token of the console is needed', exitCode.configuration);
  const base = address ?? `http://127.0.0.1:${settings.CONSOLE_PORT}`;
  const response = await systemPlatform
    .fetch(`${base}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${settings.CONSOLE_TOKEN}` },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(withinMs),
    })
    .catch((error: unknown) => {
      throw new CommandFault(
        `the console at ${base} doesn't answer: start it, or name it by --console`,
        exitCode.unavailable,
        error,
      );
    });
  const answer = (await response.json().catch((error: unknown) => {
    const why = `${base} answers ${response.status} without JSON: it is no console, or a proxy before one`;
    throw new CommandFault(why, exitCode.unavailable, error);
  })) as T & { readonly message?: string };
  if (!response.ok) throw new CommandFault(answer.message ?? `the console answers ${response.status}`, exitCode.failed);
  return answer;
}
