import type { AccessExtension } from '../../src/openapi/access-extension.js';
import type { Api } from '../support/api.js';
import type { Ask } from '../support/http.js';

/** An operation of the document, as a client reads it. */
export interface Operation {
  operationId: string;
  security: Record<string, string[]>[];
  responses: Record<string, unknown>;
  parameters: { name: string; in: string }[];
  requestBody?: object;
  'x-access': AccessExtension;
}

export interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object>; securitySchemes: Record<string, object> };
  'x-grant-claims': string[];
}

/** An operation with its way to it: `route` as in `GET /api/messages/{id}`. */
export interface Call {
  route: string;
  operation: Operation;
  /** Calls it, with input that is good. */
  call: (ask?: Ask, id?: string) => ReturnType<Api['send']>;
}

const UNKNOWN_ID = '01890a5d-ac96-774b-bcce-b302099a8057';

/** The document that a running API serves. */
export async function documentOf(api: Api): Promise<Document> {
  return (await api.get('/docs-json')).json as Document;
}

/** Every operation of a document, to be called. */
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

/** Claims with which `check()` is content; a document has its message only. */
const CHECKED: Record<string, Record<string, unknown>> = { Claims_premium: { tier: 'premium' } };

/** Claims that meet what `x-access` asks of claims. */
export function claimsFor({ operationId, 'x-access': { claims } }: Operation) {
  const met: Record<string, unknown> = {};
  for (const { claim, equals, includes } of claims) {
    if (typeof claim === 'string') met[claim] = includes ?? equals;
    else Object.assign(met, CHECKED[operationId]);
  }
  return met;
}
