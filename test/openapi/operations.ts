import { z } from 'zod';
import type { AccessExtension } from '../../src/openapi/access.js';
import type { Api } from '../support/api.js';
import type { Answer, Ask } from '../support/http.js';

/** An operation of the document, as a client reads it. */
export interface Operation {
  operationId: string;
  summary: string;
  description: string;
  security: Record<string, string[]>[];
  responses: Record<string, unknown>;
  parameters: { name: string; in: string }[];
  requestBody?: object;
  'x-access': AccessExtension;
}

export interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: Record<'schemas' | 'responses' | 'securitySchemes', Record<string, object>>;
  'x-grant-claims': string[];
}

/** An operation and a function that calls it. */
export interface Call {
  /** Method and path: `GET /api/messages/{id}`. */
  route: string;
  operation: Operation;
  /** Sends a request with valid input. */
  call: (ask?: Ask, id?: string) => ReturnType<Api['send']>;
}

const UNKNOWN_ID = '01890a5d-ac96-774b-bcce-b302099a8057';

/** The document that the API serves. */
export async function documentOf(api: Api): Promise<Document> {
  return (await api.get('/docs-json')).json as Document;
}

/** The operations of a document. */
export function callsOf({ paths }: Document, api: Api): Call[] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      route: `${method.toUpperCase()} ${path}`,
      operation,
      call: (ask: Ask = {}, id = UNKNOWN_ID) =>
        api.send(method.toUpperCase(), path.replace('{id}', id), {
          json: operation.requestBody && { text: 'A message' },
          ...ask,
        }),
    })),
  );
}

/** Claims that meet a `check()`, which the document does not describe, by operation. */
const CHECKED: Record<string, Record<string, unknown>> = { Claims_premium: { tier: 'premium' } };

/** Claims that meet the requirements of `x-access` on claims. */
export function claimsFor({ operationId, 'x-access': { claims } }: Operation) {
  const met: Record<string, unknown> = {};
  for (const { claim, equals, includes } of claims) {
    if (typeof claim === 'string') met[claim] = includes ?? equals;
    else Object.assign(met, CHECKED[operationId]);
  }
  return met;
}

interface Response {
  content?: { 'application/json': { schema: object } };
  headers?: object;
}

/** The response of an operation with this status; undefined when the document has none. */
export function responseOf(
  { components }: Document,
  { responses }: Operation,
  status: string | number,
): Response | undefined {
  const response = responses[String(status)] as Response | { $ref: string } | undefined;
  if (response === undefined || !('$ref' in response)) return response;
  return components.responses[response.$ref.replace('#/components/responses/', '')];
}

/** How an answer differs from the document. A member that its schema does not have counts. */
export function differences(document: Document, operation: Operation, answer: Answer): unknown[] {
  const response = responseOf(document, operation, answer.status);
  if (response === undefined) return [`status ${answer.status}`];
  const { schema } = response.content?.['application/json'] ?? {};
  if (schema === undefined) return answer.body === '' ? [] : [`body ${answer.body}`];
  const source = JSON.stringify({ ...schema, $defs: document.components.schemas })
    .replaceAll('#/components/schemas/', '#/$defs/')
    .replaceAll(
      '"type":"object","properties"',
      '"type":"object","additionalProperties":false,"properties"',
    );
  return z.fromJSONSchema(JSON.parse(source)).safeParse(answer.json).error?.issues ?? [];
}
