/** Events about how a media that exists already is stored, or delivered (cloud facts 1.7). */
import { emptyFact } from './event.ts';
import { type Body, maxBytes, shortText, textOf, timeOf } from './fields.ts';

type Told = {
  readonly fact: typeof emptyFact;
  readonly discriminator: readonly string[];
  readonly mayFailBeside: true;
};

const timeText = (body: Body): string => String(timeOf(body, 'EventTime'));
const messageOf = (body: Body): string | null => shortText(body, maxBytes.message, 'ErrorMessage');

export function storageClassChanged(body: Body): Told {
  const storageClass = shortText(body, maxBytes.label, 'StorageClass');
  const scope = shortText(body, maxBytes.label, 'Scope');
  return {
    fact: {
      ...emptyFact,
      kind: 'OTHER',
      storage: { restored: false, storageClass, scope, restoredUntil: null },
      errorMessage: messageOf(body),
    },
    discriminator: [timeText(body), scope ?? '', storageClass ?? ''],
    mayFailBeside: true,
  };
}

export function restored(body: Body): Told {
  const restoredUntil = timeOf(body, 'RestoreExpiration');
  return {
    fact: {
      ...emptyFact,
      kind: 'OTHER',
      storage: { restored: true, storageClass: null, scope: null, restoredUntil },
      errorMessage: messageOf(body),
    },
    discriminator: [timeText(body)],
    mayFailBeside: true,
  };
}

/** Addresses were refreshed in the delivery network: says nothing of the media. */
export function refreshed(body: Body): Told {
  return {
    fact: { ...emptyFact, kind: 'OTHER', errorMessage: messageOf(body) },
    discriminator: [textOf(body, 'MediaRefreshJobId') ?? timeText(body)],
    mayFailBeside: true,
  };
}
