import { AppLogger } from '../../src/logging/app-logger.js';
import { linesOf, parseLines } from '../support/log.js';

describe('AppLogger', () => {
  it.each([
    ['fatal', ['fatal']],
    ['error', ['fatal', 'error']],
    ['warn', ['fatal', 'error', 'warn']],
    ['info', ['fatal', 'error', 'warn', 'info']],
    ['debug', ['fatal', 'error', 'warn', 'info', 'debug', 'verbose']],
  ] as const)('with LOG_LEVEL=%s prints the levels %j', async (logLevel, levels) => {
    const logger = new AppLogger({ logLevel, logFormat: 'json' });
    const lines = await linesOf(() => {
      for (const level of ['fatal', 'error', 'warn', 'log', 'debug', 'verbose'] as const) {
        logger[level]('A sentence.', 'Test');
      }
    });
    expect(parseLines(lines).map(({ level }) => level)).toEqual(levels);
  });

  it('prints one JSON object per line in production, with the members of the line', async () => {
    const logger = new AppLogger({ logLevel: 'info', logFormat: 'json' });
    const [line, more] = parseLines(
      await linesOf(() => {
        logger.warn('A sentence.', { code: 'token_expired', message: 'other' }, 'Test');
        logger.error(new Error('The reason\nin lines'), 'Test');
      }),
    );
    expect(line).toEqual({
      level: 'warn',
      pid: process.pid,
      timestamp: expect.any(Number),
      message: 'A sentence.',
      context: 'Test',
      code: 'token_expired',
    });
    expect(more).toMatchObject({
      level: 'error',
      error: { stack: expect.stringContaining(' at ') },
    });
  });

  it('prints text elsewhere, without colours when the output is not a terminal', async () => {
    const logger = new AppLogger({ logLevel: 'info', logFormat: 'text' });
    const [line] = await linesOf(() => logger.warn('A sentence.', { code: 'x' }, 'Test'));
    expect(line).toMatch(/^\[Api\] .* WARN \[Test\] A sentence\. \{ code: 'x' \}$/);
  });

  it('redacts credentials at any depth', async () => {
    const logger = new AppLogger({ logLevel: 'info', logFormat: 'json' });
    const request = {
      headers: { Authorization: 'Bearer abc.def.ghi' },
      query: { access_token: 'abc.def.ghi' },
    };
    const lines = await linesOf(() =>
      logger.log('A request.', { request, token: 'abc.def.ghi' }, 'Test'),
    );
    expect(lines).toHaveLength(1);
    expect(lines.join()).not.toContain('abc.def.ghi');
  });

  it('does not print how Nest builds the application', async () => {
    const logger = new AppLogger({ logLevel: 'info', logFormat: 'json' });
    const lines = await linesOf(() => {
      logger.log('Mapped {/api/open, GET} route', 'RouterExplorer');
      logger.error(new Error('reported by main.ts'), 'ExceptionHandler');
    });
    expect(lines).toEqual([]);
  });
});
