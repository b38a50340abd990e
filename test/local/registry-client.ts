/** Just enough of the registry's Confluent API to see whether schemas survive. */

export async function register(registryUrl: string, subject: string, schema: unknown): Promise<number> {
  const response = await fetch(`${registryUrl}/subjects/${subject}/versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body: JSON.stringify({ schema: JSON.stringify(schema) }),
  });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return ((await response.json()) as { id: number }).id;
}

export async function schemaById(registryUrl: string, id: number): Promise<unknown> {
  const response = await fetch(`${registryUrl}/schemas/ids/${id}`);
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return JSON.parse(((await response.json()) as { schema: string }).schema);
}
