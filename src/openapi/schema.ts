import type { ComponentsObject, StandardSchemaConverter } from '@nestjs/swagger';
import { z } from 'zod';

/** The shared parts of a document that operations refer to. */
export type Components = Required<Pick<ComponentsObject, 'schemas' | 'headers' | 'responses'>>;

type Schemas = Components['schemas'];
type Schema = Schemas[string];

interface ConvertedSchema {
  schema: Schema;
  /** The named schemas that it refers to; also itself, when it has an `id`. */
  components: Schemas;
}

/** Examples of values whose schema has none, by format. */
const EXAMPLES: Readonly<Record<string, string[]>> = {
  uuid: ['019ab3f0-5c1e-7d2a-9b64-2f0c8e7a1d35'],
  'date-time': ['2026-01-15T09:30:00.000Z'],
};

/** Converts a zod schema to what goes over the wire. */
export function convertSchema(definition: z.ZodType): ConvertedSchema {
  const {
    $schema: _,
    $defs,
    ...schema
  } = z.toJSONSchema(definition, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema instanceof z.ZodDate) {
        Object.assign(jsonSchema, { type: 'string', format: 'date-time' });
      }
      if (jsonSchema.format === undefined) return;
      delete jsonSchema.pattern; // a format says the same in a word
      jsonSchema.examples ??= EXAMPLES[jsonSchema.format];
    },
  });
  const components = withReferences($defs ?? {}) as Schemas;
  const { id, ...itself } = withReferences(schema) as Schema & { id?: string };
  for (const component of Object.values(components)) delete (component as { id?: string }).id;
  if (id === undefined) return { schema: itself, components };
  return {
    schema: { $ref: `#/components/schemas/${id}` },
    components: { ...components, [id]: itself },
  };
}

/** Converts the schemas of `@Body({ schema })` and `@Query({ schema })` for `@nestjs/swagger`. */
export const schemaConverter: StandardSchemaConverter = (definition) =>
  definition instanceof z.ZodType ? convertSchema(definition) : undefined;

/** Definitions are at `$defs` in JSON Schema and at `components.schemas` in OpenAPI. */
function withReferences(json: object): unknown {
  return JSON.parse(JSON.stringify(json).replaceAll('"#/$defs/', '"#/components/schemas/'));
}
