/** Events about how a media that exists already is stored, or delivered (cloud facts 1.7). */
import { emptyFact } from './event.ts';
import { type Body, maxBytes, shortText, textOf } from './fields.ts';
import { parseCloudTime } from './time.ts';

type Told = {
  readonly fact: typeof emptyFact;
  readonly discriminator: readonly string[];
  readonly mayFailBeside: true;
};

const timeText = (body: Body): string => String(parseCloudTime(body.EventTime));
const messageOf = (body: Body): string | null => shortText(body.ErrorMessage, maxBytes.message);

export function storageClassChanged(body: Body): Told {
  const storageClass = shortText(body.StorageClass, maxBytes.label);
  const scope = shortText(body.Scope, maxBytes.label);
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
  const restoredUntil = parseCloudTime(body.RestoreExpiration);
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
    discriminator: [textOf(body.MediaRefreshJobId) ?? timeText(body)],
    mayFailBeside: true,
  };
}
