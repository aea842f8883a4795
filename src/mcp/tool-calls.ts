import type { CallToolResult } from '@modelcontextprotocol/server';
import { ForbiddenException, Inject, Injectable, Logger, NotFoundException } from '@nestjs/common';
import { DrizzleQueryError } from 'drizzle-orm';
import { OutageLog } from '../database/outage-log.js';
import { isUnavailable, withoutValues } from '../database/outage.js';
import type { Metrics, ToolResult } from '../metrics/metrics.js';
import { METRICS } from '../metrics/metrics.token.js';
import { type ToolName, TOOLS } from './tools.js';

const NOT_FOUND = 'There is no message with this id. list_messages has the ids of the messages.';
const NOT_AUTHOR = 'Only its author may change or delete a message, and you are not its author.';
const UNAVAILABLE = 'The database is unavailable. Try again in a few seconds.';
const FAILED = 'The tool has failed, through no fault of the call. The log of the server says why.';

/** A rule of the API forbids the call. The message tells the model what to do. */
export class ToolRefusal extends Error {}

/** Runs tools. Each result and failure becomes what a model can read, and is counted. */
@Injectable()
export class ToolCalls {
  private readonly logger = new Logger(ToolCalls.name);
  private readonly outages = new OutageLog(ToolCalls.name);

  constructor(@Inject(METRICS) private readonly metrics: Metrics | null) {
    metrics?.declareTools(TOOLS);
  }

  /** Does not throw: the SDK would send the message of the exception to the client. */
  async run(tool: ToolName, work: () => Promise<object | void>): Promise<CallToolResult> {
    try {
      const result = await work();
      this.metrics?.countToolCall(tool, 'success');
      return result === undefined ? answer('Done.') : structured(result);
    } catch (error) {
      const [result, text] = this.judge(error, tool);
      this.metrics?.countToolCall(tool, result);
      return { ...answer(text), isError: true };
    }
  }

  private judge(error: unknown, tool: ToolName): [ToolResult, string] {
    if (error instanceof ToolRefusal) return ['refused', error.message];
    if (error instanceof NotFoundException) return ['refused', NOT_FOUND];
    if (error instanceof ForbiddenException) return ['refused', NOT_AUTHOR];
    if (isUnavailable(error)) {
      this.outages.write(error, { tool });
      return ['unavailable', UNAVAILABLE];
    }
    this.logger.error(error instanceof DrizzleQueryError ? withoutValues(error) : error, { tool });
    return ['failed', FAILED];
  }
}

const answer = (text: string): CallToolResult => ({ content: [{ type: 'text', text }] });

/** Clients that do not know structured results read the same as text. */
function structured(result: object): CallToolResult {
  const text = JSON.stringify(result);
  return { ...answer(text), structuredContent: JSON.parse(text) as Record<string, unknown> };
}
