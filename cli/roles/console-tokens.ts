import { isLoopback } from '../../schemas/address.ts';
import type { SettingsOf } from '../../schemas/role-settings.ts';
import { CommandFault, exitCode } from '../exit.ts';

type ConsoleSettings = Pick<SettingsOf<'console'>, 'CONSOLE_BIND' | 'CONSOLE_TOKEN' | 'CONSOLE_READ_TOKEN'>;

/**
 * The tokens that open reading at the console; none where anybody who reaches it may read, which is so on a loopback
 * address without CONSOLE_READ_TOKEN. The token for changes opens reading too.
 * @throws CommandFault where others reach the console and no token is set
 */
export function readTokensOf(settings: ConsoleSettings): string[] {
  const { CONSOLE_BIND: bind, CONSOLE_TOKEN: forChanges, CONSOLE_READ_TOKEN: forReading } = settings;
  if (isLoopback(bind) && forReading === undefined) return [];
  const tokens = [forReading, forChanges].filter((token) => token !== undefined);
  if (tokens.length > 0) return tokens;
  throw new CommandFault(
    `CONSOLE_BIND: a console on ${bind} needs a token for reading: set CONSOLE_READ_TOKEN (or CONSOLE_TOKEN, which then serves for both)`,
    exitCode.configuration,
  );
}
