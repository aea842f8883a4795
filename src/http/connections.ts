import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';

/** Most requests of one connection that are under way at a time. */
const MAX_REQUESTS = 64;

const connections = new WeakMap<Socket, Set<ServerResponse>>();

/**
 * Returns false, and closes the connection, when it already has 64 requests under way. Node parses
 * every pipelined request that one read brings, a thousand and more, and starts them all.
 */
export function admitRequest(request: IncomingMessage, response: ServerResponse): boolean {
  const { socket } = request;
  const underWay = connections.get(socket) ?? followConnection(socket);
  if (underWay.size === MAX_REQUESTS) {
    socket.destroy();
    return false;
  }
  underWay.add(response);
  response.on('close', () => underWay.delete(response));
  return true;
}

/**
 * Closes the responses that wait for their turn when the connection closes. Node closes only the
 * one that it is writing, so a file that another one is to send would stay open.
 */
function followConnection(socket: Socket): Set<ServerResponse> {
  const underWay = new Set<ServerResponse>();
  connections.set(socket, underWay);
  socket.on('close', () => {
    for (const response of underWay) if (!response.socket) response.emit('close');
  });
  return underWay;
}

/** Closes a file or another stream that nobody will read, because the connection has closed. */
export function releaseUnread(request: IncomingMessage, payload: unknown): boolean {
  if (!request.socket.destroyed || typeof (payload as Readable)?.destroy !== 'function')
    return false;
  (payload as Readable).destroy();
  return true;
}
