import type { AccessExtension } from '../../src/openapi/access.js';
import type { Api } from '../support/api.js';
import type { Answer, Ask } from '../support/http.js';
import { faultsOf, resolve, sampleOf } from './examples.js';

/** An operation of the document, as a client reads it. */
export interface Operation {
  operationId: string;
  summary: string;
  description: string;
  security: Record<string, string[]>[];
  responses: Record<string, Response | { $ref: string }>;
  tags: string[];
  parameters: { name: string; in: string; description?: string; schema: object }[];
  requestBody?: { content: Content };
  'x-access': AccessExtension;
}

type Content = Record<string, MediaType | undefined> & { 'application/json': MediaType };

export interface MediaType {
  schema: object;
  examples?: Record<string, { value: unknown }>;
}

interface Response {
  description: string;
  content?: Content;
  headers?: object;
}

export interface Document {
  info: { description: string };
  tags: { name: string; description: string }[];
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
export function callsOf(document: Document, api: Api): Call[] {
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      route: `${method.toUpperCase()} ${path}`,
      operation,
      call: (ask: Ask = {}, id = UNKNOWN_ID) =>
        api.send(method.toUpperCase(), path.replace('{id}', id), {
          json: validBody(document, operation),
          ...ask,
        }),
    })),
  );
}

/** The example of the body; undefined when the operation reads none. */
export function validBody(document: Document, { requestBody }: Operation): object | undefined {
  const { 'application/json': json }: Partial<Content> = requestBody?.content ?? {};
  return json && (sampleOf(document, json.schema) as object);
}

/** Every scope that an operation requires. */
export function scopesOf({ paths }: Document): string[] {
  const operations = Object.values(paths).flatMap((item) => Object.values(item));
  const required = operations.flatMap((operation) => operation['x-access'].scopes);
  return [...new Set(required.flatMap(({ scopes }) => scopes))];
}

/** Claims that meet a `check()`, which the document does not describe, by operation. */
const CHECKED: Record<string, Record<string, unknown>> = { Claims_premium: { tier: 'premium' } };

/** Claims that meet the requirements of `x-access` on claims. */
export function claimsFor({ operationId, 'x-access': { claims, stepUp } }: Operation) {
  const met: Record<string, unknown> = {};
  for (const { claim, equals, includes } of claims) {
    if (typeof claim === 'string') met[claim] = includes ?? equals;
    else Object.assign(met, CHECKED[operationId]);
  }
  if (stepUp.some(({ maxAgeSec }) => maxAgeSec !== undefined)) {
    met.auth_time = Math.floor(Date.now() / 1000);
  }
  return met;
}

/** The response of an operation with this status; undefined when the document has none. */
export function responseOf(
  document: Document,
  { responses }: Operation,
  status: string | number,
): Response | undefined {
  const response = responses[String(status)];
  return response && resolve(document, response);
}

/** The JSON that an operation reads and answers, by the names of its places. */
export function bodiesOf(document: Document, operation: Operation): [string, MediaType][] {
  const { operationId: id, requestBody, responses } = operation;
  const answers = Object.keys(responses).map(
    (status) => [`${id} ${status}`, responseOf(document, operation, status)] as const,
  );
  return [[`${id} request`, requestBody] as const, ...answers].flatMap(([place, body]) =>
    Object.values(body?.content ?? {}).map((media): [string, MediaType] => [place, media!]),
  );
}

/** How an answer differs from the document. A member that its schema does not have counts. */
export function differences(document: Document, operation: Operation, answer: Answer): unknown[] {
  const response = responseOf(document, operation, answer.status);
  if (response === undefined) return [`status ${answer.status}`];
  const [type = ''] = (answer.headers['content-type'] ?? '').split(';');
  const { schema } = response.content?.[type] ?? {};
  if (schema === undefined) return answer.body === '' ? [] : [`body ${answer.body}`];
  return faultsOf(document, schema, type === 'application/json' ? answer.json : answer.body);
}
