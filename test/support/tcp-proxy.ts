import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A proxy in front of a server, whose connections a test can cut, hold and restore. */
export interface TcpProxy {
  port: number;
  /** Breaks every connection and accepts no more: the server is gone. */
  cut(): Promise<void>;
  /** Keeps every connection, and accepts more, but carries nothing: the server is silent. */
  hold(): void;
  /** The server is back, on the same port. */
  mend(): Promise<void>;
}

export async function startTcpProxy(target: { host: string; port: number }): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let held = false;

  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ ...target, allowHalfOpen: true });
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('data', (chunk) => void (held || to.write(chunk)));
      from.on('end', () => void (held || to.end()));
      from.on('error', () => {}); // its close follows
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;

  const cut = async () => {
    if (!server.listening) return;
    server.close();
    for (const socket of sockets) socket.destroy();
    await once(server, 'close');
  };
  return {
    port,
    cut,
    hold: () => {
      held = true;
    },
    mend: async () => {
      held = false;
      if (!server.listening) await listen(port);
    },
  };
}
