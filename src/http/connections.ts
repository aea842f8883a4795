import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';

/** Most requests of one connection that may be under way at a time. */
const MAX_REQUESTS = 64;

interface Connection {
  requests: number;
  /** Bodies of answers that are sent, or wait until the answers before them are sent. */
  streams: Set<Readable>;
}

const connections = new WeakMap<Socket, Connection>();

/**
 * Counts a request, or closes its connection and returns false when too many are under way. Node
 * parses every pipelined request that one read brings, a thousand and more, and starts them all.
 */
export function beginRequest({ socket }: IncomingMessage): boolean {
  const connection = connectionOf(socket);
  if (connection.requests === MAX_REQUESTS) {
    socket.destroy();
    return false;
  }
  connection.requests += 1;
  return true;
}

/** Counts a request as answered. */
export function endRequest({ socket }: IncomingMessage): void {
  connectionOf(socket).requests -= 1;
}

/**
 * Destroys a stream when the connection closes. Node and Fastify do so only for the answer that is
 * being written. The files of those that wait behind it would stay open.
 */
export function destroyWithConnection({ socket }: IncomingMessage, stream: Readable): void {
  if (socket.destroyed) {
    stream.destroy();
    return;
  }
  const { streams } = connectionOf(socket);
  streams.add(stream);
  stream.once('close', () => streams.delete(stream));
}

function connectionOf(socket: Socket): Connection {
  const known = connections.get(socket);
  if (known) return known;
  const connection: Connection = { requests: 0, streams: new Set() };
  connections.set(socket, connection);
  socket.once('close', () => {
    for (const stream of connection.streams) stream.destroy();
  });
  return connection;
}
