import type { OpenAPIObject, StandardSchemaConverter } from '@nestjs/swagger';
import { z } from 'zod';

type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;

export type Schema = Schemas[string];

export interface ConvertedSchema {
  schema: Schema;
  /** The schemas with an id that it refers to, itself among them if it has one. */
  components: Schemas;
}

/** A schema as it stands in the document: what goes over the wire, by the definition that validates it. */
export function convertSchema(definition: z.ZodType): ConvertedSchema {
  const {
    $schema: _,
    $defs,
    ...schema
  } = z.toJSONSchema(definition, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      // What JSON makes of it.
      if (zodSchema instanceof z.ZodDate) {
        Object.assign(jsonSchema, { type: 'string', format: 'date-time' });
      }
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

/** The same for `@nestjs/swagger`, which asks for the schemas of `@Body({ schema })` and `@Query({ schema })`. */
export const schemaConverter: StandardSchemaConverter = (definition) =>
  definition instanceof z.ZodType ? convertSchema(definition) : undefined;

/** JSON Schema keeps definitions beside the schema, a document keeps them among its components. */
function withReferences(json: object): unknown {
  return JSON.parse(JSON.stringify(json).replaceAll('"#/$defs/', '"#/components/schemas/'));
}
