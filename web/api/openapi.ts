/** Routes as the OpenAPI document shows them. */
import { jsonSchemaTransform } from 'fastify-type-provider-zod';

type Transform = typeof jsonSchemaTransform;

/** A route that ends in `*` takes the rest of the path, slashes and all; OpenAPI has no such thing, so the rest is the parameter `name`. */
export function describeRoute(route: Parameters<Transform>[0]): ReturnType<Transform> {
  const { schema, url } = jsonSchemaTransform(route);
  if (!url.endsWith('/*')) return { schema, url };
  const params = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] };
  return { schema: { ...schema, params }, url: url.replace(/\*$/, ':name') };
}
