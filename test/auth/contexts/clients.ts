import { io } from 'socket.io-client';
import { WebSocket } from 'ws';

/** A message of the server. */
export interface Message {
  event: string;
  data: unknown;
}

/** A client of a gateway. */
export interface Client {
  /** Resolves when the connection is open. */
  readonly opened: Promise<void>;
  /** Resolves when the server has closed the connection. */
  readonly closed: Promise<void>;
  /** Sends a message and resolves with the next one of the server. */
  ask(event: string, data?: unknown): Promise<Message>;
  close(): void;
}

/** The messages that a client has received, in the order in which it asks for them. */
class Inbox {
  private readonly waiting: ((message: Message) => void)[] = [];

  receive(message: Message): void {
    this.waiting.shift()?.(message);
  }

  next(): Promise<Message> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}

export function connectWs(url: string, token?: string): Client {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const socket = new WebSocket(url.replace('http', 'ws'), { headers });
  const inbox = new Inbox();
  const opened = new Promise<void>((resolve) => socket.once('open', resolve));
  socket.on('message', (data: Buffer) => inbox.receive(JSON.parse(data.toString()) as Message));
  return {
    opened,
    closed: new Promise((resolve) => socket.once('close', () => resolve())),
    async ask(event, data = {}) {
      await opened;
      const answer = inbox.next();
      socket.send(JSON.stringify({ event, data }));
      return answer;
    },
    close: () => socket.close(),
  };
}

export function connectSocketIo(url: string, token?: string): Client {
  const socket = io(url, { auth: { token }, transports: ['websocket'], reconnection: false });
  const inbox = new Inbox();
  socket.onAny((event: string, data: unknown) => inbox.receive({ event, data }));
  return {
    opened: new Promise((resolve) => socket.once('connect', resolve)),
    closed: new Promise((resolve) => socket.once('disconnect', () => resolve())),
    ask(event, data = {}) {
      const answer = inbox.next();
      socket.emit(event, data);
      return answer;
    },
    close: () => void socket.close(),
  };
}
