import { randomUUID } from 'node:crypto';
import { Agent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { send } from './request.mjs';

/** One request per interval, whether or not those before it have been answered. */
const INTERVAL_MS = 20;
const MAX_UNDER_WAY = 200;
const CONNECTIONS = 32;

/** What is sent, in turn. */
const MIX = ['write', 'list', 'read', 'write', 'bad', 'list', 'write', 'read', 'none', 'list'];

/** The text of messages with a bad token. */
export const FORBIDDEN = 'with a bad token:';

const RETRY_MS = 250;
const MAX_RETRY_MS = 5000;
const FINISH_TIMEOUT_MS = 15_000;

/**
 * @typedef {object} Attempt one request and what became of it
 * @property {string} event what happened to the cluster meanwhile
 * @property {number} at when it was sent, in milliseconds
 * @property {number} ms how long it took
 * @property {string} kind a member of MIX
 * @property {boolean} ok it was answered as it should be
 * @property {number} [status]
 * @property {string} cause
 * @property {string} [fault] what is wrong with the token
 */

/** Clients with keep-alive connections that list, read and write messages at a steady rate. */
export class Load {
  /** @type {Attempt[]} */
  attempts = [];
  /** Acknowledged writes: id and text. */
  acknowledged = new Map();
  /** Texts of writes that are not acknowledged yet. */
  pending = new Set();
  retried = 0;
  /** Requests that were not sent because too many were under way. */
  skipped = 0;
  event = 'start';
  isOver = false;

  constructor({ origin, tokens }) {
    this.url = `${origin}/api/messages`;
    this.tokens = tokens;
    this.agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
    this.underWay = new Set();
    this.sent = 0;
  }

  start() {
    this.timer = setInterval(() => this.sendNext(), INTERVAL_MS);
  }

  /** Stops, and waits until every write is acknowledged or the time is over. */
  async finish() {
    clearInterval(this.timer);
    const timeout = delay(FINISH_TIMEOUT_MS, undefined, { ref: false });
    await Promise.race([Promise.all(this.underWay), timeout]);
    this.stop();
  }

  /** Stops, whatever is under way. */
  stop() {
    clearInterval(this.timer);
    this.isOver = true;
    this.agent.destroy();
  }

  sendNext() {
    if (this.underWay.size >= MAX_UNDER_WAY) {
      this.skipped += 1;
      return;
    }
    const kind = MIX[this.sent++ % MIX.length];
    const done = this[kind]().finally(() => this.underWay.delete(done));
    this.underWay.add(done);
  }

  async write() {
    const body = { text: `message ${this.sent} ${randomUUID()}` };
    const options = { method: 'POST', token: this.tokens.next(), key: randomUUID(), body };
    this.pending.add(body.text);
    for (let attempt = 0; !this.isOver; attempt += 1) {
      const outcome = await this.attempt('write', this.url, options, 201);
      if (outcome.status === 201) {
        this.acknowledged.set(outcome.body.id, body.text);
        this.pending.delete(body.text);
        this.lastId = outcome.body.id;
        if (attempt > 0) this.retried += 1;
        return;
      }
      if (outcome.status < 500 && outcome.status !== 409) return;
      const waitMs = Math.max(RETRY_MS, outcome.retryAfterSec * 1000);
      await delay(Math.min(waitMs, MAX_RETRY_MS));
    }
  }

  async list() {
    await this.attempt('list', this.url, { token: this.tokens.next() }, 200);
  }

  /** Reads the message that was acknowledged last, most likely from another instance. */
  async read() {
    if (this.lastId === undefined) return;
    await this.attempt('read', `${this.url}/${this.lastId}`, { token: this.tokens.next() }, 200);
  }

  async bad() {
    const { fault, token } = this.tokens.nextBad();
    const body = { text: `${FORBIDDEN} ${fault}` };
    await this.attempt('bad', this.url, { method: 'POST', token, body }, 401, fault);
  }

  async none() {
    await this.attempt('none', this.url, {}, 401);
  }

  async attempt(kind, url, options, expected, fault) {
    const at = performance.now();
    const outcome = await send(url, { agent: this.agent, ...options });
    const { status, cause } = outcome;
    const ms = performance.now() - at;
    // What has happened by now explains the answer.
    const { event } = this;
    this.attempts.push({ event, at, ms, kind, ok: status === expected, status, cause, fault });
    return outcome;
  }
}
