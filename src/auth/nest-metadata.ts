/** Keys of the metadata that Nest's decorators write. Nest exports few of them. */

/** `@Controller()`, `@Get()` and the like. */
export const ROUTE_PATH = 'path';
export const ROUTE_METHOD = 'method';

/** `@UseGuards()`. */
export const GUARDS = '__guards__';

/** `@Query()`, `@Mutation()` and `@Subscription()`, `@ResolveField()`, `@ResolveReference()`. */
export const RESOLVER = 'graphql:resolver_type';
export const FIELD_RESOLVER = 'graphql:resolve_property';
export const REFERENCE_RESOLVER = 'graphql:resolve_reference';

/** `@WebSocketGateway()` and `@SubscribeMessage()`. */
export const GATEWAY = 'websockets:is_gateway';
export const SUBSCRIBED_MESSAGE = 'websockets:message_mapping';

/** `@MessagePattern()` and `@EventPattern()`. */
export const MESSAGE_PATTERN = 'microservices:pattern';
