import { z } from 'zod';
import type { Document } from './operations.js';

type Json = Record<string, unknown>;

/** What a reference within the document refers to; anything else is itself. */
export function resolve<Part extends object>(document: Document, part: Part | { $ref: string }) {
  if (!('$ref' in part)) return part;
  const path = part.$ref.replace('#/', '').split('/');
  return path.reduce<unknown>((node, key) => (node as Json)[key], document) as Part;
}

/** Why a value does not have this schema of the document. A member that it does not list counts. */
export function faultsOf({ components }: Document, schema: object, value: unknown): unknown[] {
  const source = JSON.stringify({ ...schema, $defs: components.schemas })
    .replaceAll('#/components/schemas/', '#/$defs/')
    .replaceAll(
      '"type":"object","properties"',
      '"type":"object","additionalProperties":false,"properties"',
    );
  return z.fromJSONSchema(JSON.parse(source)).safeParse(value).error?.issues ?? [];
}

/**
 * The value that tools show for a schema: its example, or one made of those of its members.
 *
 * @throws Error when there is none.
 */
export function sampleOf(document: Document, reference: object): unknown {
  const schema = resolve(document, reference) as Json;
  if (Array.isArray(schema.examples)) return schema.examples[0];
  for (const keyword of ['example', 'const']) if (keyword in schema) return schema[keyword];
  if (schema.type === 'array') return [sampleOf(document, schema.items as object)];
  if (schema.type !== 'object') throw new Error(`No example: ${JSON.stringify(schema)}`);
  const members = Object.entries(schema.properties as Record<string, object>);
  return Object.fromEntries(members.map(([name, member]) => [name, sampleOf(document, member)]));
}

/** Every example and default that the document has anywhere, with its place and its schema. */
export function givenValues(node: unknown, place = '#'): [string, object, unknown][] {
  if (typeof node !== 'object' || node === null) return [];
  const { schema = node, example, examples = [], default: value } = node as Json;
  const named = Array.isArray(examples)
    ? examples
    : Object.values(examples as Record<string, Json>).map((one) => one.value);
  const given = [...named, example, value].filter((one) => one !== undefined);
  const inside = Object.entries(node)
    .filter(([key]) => !['example', 'examples', 'default'].includes(key))
    .flatMap(([key, child]) => givenValues(child, `${place}/${key}`));
  return [...given.map((one) => [place, schema, one] as [string, object, unknown]), ...inside];
}
