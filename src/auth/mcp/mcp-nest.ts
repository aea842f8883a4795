import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  UseInterceptors,
} from '@nestjs/common';
import { AccessRules } from '../access-rules.js';
import { ResourceMetadata } from '../metadata/resource-metadata.js';
import { authOf } from '../request-auth.js';

/** Where `@rekog/mcp-nest` looks for the URL that its challenges name. */
const METADATA_URL = Symbol.for('@rekog/mcp-nest:resource-metadata-url');

/** On Express these are Node's own, and on Fastify `raw` is. */
interface McpRequest {
  readonly raw?: object;
}
interface McpReply {
  readonly raw?: { setHeader(name: string, value: unknown): unknown };
  getHeaders(): Record<string, unknown>;
}

/** Gives `@rekog/mcp-nest` what the guards found, where it looks for it. */
@Injectable()
export class McpNestInterceptor implements NestInterceptor {
  constructor(
    private readonly rules: AccessRules,
    private readonly metadata: ResourceMetadata,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler) {
    const http = context.switchToHttp();
    const request = http.getRequest<McpRequest>();
    const auth = authOf(request);
    if (auth) {
      const { resource } = this.rules.of(context.getClass(), context.getHandler());
      Object.assign(request.raw ?? request, {
        auth,
        // It reads the scopes from the claim, which need not be the one that grants them.
        user: { ...auth.payload, scope: auth.scopes.join(' ') },
        [METADATA_URL]: this.metadata.urlOf(resource),
      });
    }
    const reply = http.getResponse<McpReply>();
    // It writes to Node's response, where Fastify has not set the headers yet.
    for (const [name, value] of Object.entries(reply.getHeaders())) {
      reply.raw?.setHeader(name, value);
    }
    return next.handle();
  }
}

/**
 * For a controller that mounts a server of `@rekog/mcp-nest`, so that the guards protect it. Its
 * usual mount is outside of the controllers, where no guard covers it.
 *
 * The tools read the accepted token as `auth` and `user` of the raw request. `@ToolScopes()` judges
 * the scopes that the module grants, implied ones included. With `stepUpAuthorization: true`, a
 * call without them is a 403 that names the metadata of the resource; a batch is answered message
 * by message.
 *
 * @example
 * @Controller('mcp')
 * @Audience('/mcp', { scopesSupported: ['write:cats'] })
 * @McpNest()
 * export class McpController extends McpHttpControllerFor(transport) {}
 */
export const McpNest = (): MethodDecorator & ClassDecorator => UseInterceptors(McpNestInterceptor);
