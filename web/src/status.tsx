import { codeName } from './names.ts';

const tone: Readonly<Record<string, string>> = {
  READY: 'good',
  TRANSCODED: 'good',
  PLAYABLE: 'good',
  DONE: 'good',
  SUCCESS: 'good',
  PARTIAL: 'warn',
  IN_DOUBT: 'warn',
  AWAITING_APPROVAL: 'warn',
  MERGED: 'quiet',
  DELETED: 'quiet',
  DECIDED: 'quiet',
  FAILED: 'bad',
  REFUSED: 'bad',
  FAIL: 'bad',
  BLOCKED: 'bad',
};

/** A status as a badge: its word carries the meaning, the colour only helps. */
export function Status({ of }: { of: string }) {
  return (
    <span class={`status ${tone[of] ?? 'busy'}`} title={of}>
      {codeName(of)}
    </span>
  );
}
