/** A live stream as the cloud names it. */
export type StreamKeyed = { readonly domainName: string; readonly appName: string; readonly streamName: string };

/**
 * `domain/app/stream`: the key of the stream topics. A slash inside a name is written `%2F` (and `%` then `%25`), so that
 * no two streams share a key; names without either are as they are.
 */
export function streamKeyOf({ domainName, appName, streamName }: StreamKeyed): string {
  return `${escaped(domainName)}/${escaped(appName)}/${escaped(streamName)}`;
}

const [slash, percent] = ['/', '%'];

function escaped(name: string): string {
  return name.includes(slash) || name.includes(percent)
    ? name.replaceAll(percent, '%25').replaceAll(slash, '%2F')
    : name;
}
