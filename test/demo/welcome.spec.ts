import { stripVTControlCharacters } from 'node:util';
import { welcome } from '../../demo/welcome.mjs';

const ADDRESSES = { apiOrigin: 'http://localhost:3001', issuer: 'http://localhost:4010/' };

const widest = (text: string) => Math.max(...text.split('\n').map((line) => line.length));

describe('What the demo prints when it is ready', () => {
  it.each(['linux', 'darwin', 'win32'] as const)('fits 80 columns on %s', (platform) => {
    expect(widest(welcome(ADDRESSES, { platform }))).toBeLessThanOrEqual(80);
  });

  it('has no colours unless it is asked for them', () => {
    const plain = welcome(ADDRESSES);
    const colored = welcome(ADDRESSES, { colors: true });
    expect(plain).not.toContain('\u001B');
    expect(colored).toContain('\u001B[36mhttp://localhost:3001\u001B[39m');
    expect(stripVTControlCharacters(colored)).toBe(plain);
  });

  it('has commands for PowerShell on Windows', () => {
    const text = welcome(ADDRESSES, { platform: 'win32' });
    const commands = text.split('\n').filter((line) => /curl|TOKEN/.test(line));
    expect(commands).toHaveLength(7);
    expect(text).toContain('$TOKEN = (Invoke-RestMethod -Method Post http://localhost:4010/oauth/');
    expect(text).not.toMatch(/\\\n|curl (?!\.exe)/);
  });
});
