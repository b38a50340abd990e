/** The OpenAPI document: made from the schemas of the routes, which are also what requests are checked with. */
import swagger, { type SwaggerTransform, type SwaggerTransformObject } from '@fastify/swagger';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { accepting } from '../parse.ts';
import { cookieName } from '../token.ts';
import type { ConsoleApp } from '../typed-app.ts';
import { badQuery, json } from './answers.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the document calls the rest of a path, `*` to the router. */
    wildcard?: string;
  }
}

type Responses = Readonly<Record<string, { readonly headers?: unknown }>>;

/** Of one route; those without an operation id, the page's own files, are no part of the API. */
const transform: SwaggerTransform = (route) => {
  const { schema, url } = route;
  if (schema?.operationId === undefined) return { schema: { hide: true }, url };
  const documented = jsonSchemaTransform(route);
  const given = schema.response as Responses;
  for (const [status, response] of Object.entries((documented.schema.response ?? {}) as Record<string, object>))
    if (given[status]?.headers !== undefined) Object.assign(response, { headers: given[status].headers });
  const { wildcard } = route.route.config ?? {};
  return wildcard === undefined ? documented : named(documented, wildcard);
};

function named({ schema, url }: ReturnType<SwaggerTransform>, wildcard: string): ReturnType<SwaggerTransform> {
  const { properties } = schema.params as { readonly properties: Readonly<Record<string, unknown>> };
  const params = { type: 'object', properties: { [wildcard]: properties['*'] }, required: [wildcard] };
  return { schema: { ...schema, params }, url: url.replace('*', `:${wildcard}`) };
}

/** Adds the components. Each also comes as it would look in a request, where none of them is used. */
const transformObject: SwaggerTransformObject = (document) => {
  const { components = {}, ...rest } = jsonSchemaTransformObject(document) as {
    readonly components?: { readonly schemas?: Readonly<Record<string, object>> };
  };
  const schemas = Object.entries(components.schemas ?? {}).filter(([name]) => !name.endsWith('Input'));
  return { ...rest, components: { ...components, schemas: Object.fromEntries(schemas) } };
};

const noQuery = accepting({});

/** Before any route: those that are added earlier are not seen. What takes no query parameters refuses any. */
export async function documentRoutes(app: ConsoleApp): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.1',
      info: {
        title: 'live2vod console',
        version: '1',
        description:
          'States of videos and live sessions, latency, jobs and dead letters. Times are epoch milliseconds. Where the console needs a token for reading, all but /healthz, /readyz and the login answer 401 (LOGIN_NEEDED) without; another host or another site gets 403.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      security: [{}, { token: [] }, { reading: [] }],
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer', description: 'CONSOLE_TOKEN; for reading also CONSOLE_READ_TOKEN' },
          reading: { type: 'apiKey', in: 'cookie', name: cookieName, description: 'Of /api/login' },
        },
      },
    },
    transform,
    transformObject,
  });
  app.addHook('onRoute', (route) => {
    const { schema } = route;
    if (schema?.operationId === undefined || schema.querystring !== undefined || !route.url.startsWith('/api/')) return;
    route.schema = { ...schema, querystring: noQuery, response: { ...badQuery, ...(schema.response as object) } };
  });
  app.get(
    '/api/openapi.json',
    {
      schema: {
        operationId: 'getOpenApi',
        summary: 'This document',
        response: { 200: json('OpenAPI 3.1', z.looseObject({})) },
      },
    },
    async () => ({ ...app.swagger() }),
  );
}
