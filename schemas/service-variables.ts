/**
 * Variables that Kubernetes and container links set for their services. A service named `kafka` makes `KAFKA_PORT`, one
 * named `live2vod` makes `LIVE2VOD_PORT`: names of our settings, set by no person.
 */

type Environment = Readonly<Record<string, string | undefined>>;

const address = /^(?:tcp|udp|sctp):\/\/\S+$/;
const link = /^\/[^/\s]+\/[^/\s]+$/;

/** Each by the shape of its name and of its value, so that a misspelt setting isn't taken for one. */
const shapes: readonly { readonly name: RegExp; readonly value: RegExp }[] = [
  { name: /_SERVICE_HOST$/, value: /^[0-9A-Fa-f.:]+$|^[a-z0-9.-]+$/ },
  { name: /_SERVICE_PORT(?:_[A-Z0-9_]+)?$/, value: /^\d+$/ },
  { name: /_PORT$/, value: address },
  { name: /_PORT_\d+_(?:TCP|UDP|SCTP)$/, value: address },
  { name: /_PORT_\d+_(?:TCP|UDP|SCTP)_PROTO$/, value: /^(?:tcp|udp|sctp)$/ },
  { name: /_PORT_\d+_(?:TCP|UDP|SCTP)_PORT$/, value: /^\d+$/ },
  { name: /_PORT_\d+_(?:TCP|UDP|SCTP)_ADDR$/, value: /^\S+$/ },
  { name: /_NAME$/, value: link },
];

/** Whether a variable is one of a service or a container link, and no setting. */
export function isServiceVariable(name: string, environment: Environment): boolean {
  const value = environment[name];
  if (value === undefined) return false;
  if (shapes.some((shape) => shape.name.test(name) && shape.value.test(value))) return true;
  // A link passes on the other container's environment, under its alias.
  const alias = /^(.+?)_ENV_/.exec(name)?.[1];
  return alias !== undefined && link.test(environment[`${alias}_NAME`] ?? '');
}

/** The environment without them. */
export function withoutServiceVariables<E extends Environment>(environment: E): E {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !isServiceVariable(name, environment))) as E;
}
