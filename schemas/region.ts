/** Regions of the cloud, as settings and record headers name them. */

/** `cn-shanghai`, `ap-southeast-1`: letters and digits with dashes between them, since it becomes part of a host name. */
const regionName = /^[a-z]{2}(-[a-z0-9]{1,16}){1,4}$/;

export function isRegionName(text: string): boolean {
  return regionName.test(text);
}

/** `eu-central-1=x,us-west-1=y` by region; null where a part isn't `region=value`, or two are of one region. */
export function readPerRegion(text: string): ReadonlyMap<string, string> | null {
  const values = new Map<string, string>();
  for (const part of text.split(',')) {
    const equals = part.indexOf('=');
    const [region, value] = [part.slice(0, equals).trim(), part.slice(equals + 1).trim()];
    if (equals < 0 || value === '' || !isRegionName(region) || values.has(region)) return null;
    values.set(region, value);
  }
  return values;
}
