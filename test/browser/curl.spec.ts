import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { curlCommand, tokenCommand, usualShell } from '../../public/curl.js';

const URL_OF_LIST = "http://localhost:3001/api/messages?author=it's&limit=1";

describe('A request as a command', () => {
  it('for bash', () => {
    const request = { method: 'GET', url: 'http://localhost:3001/api/me', token: '$TOKEN' };
    expect(curlCommand(request, 'bash')).toBe(
      "curl -i -w '\\n' 'http://localhost:3001/api/me' \\\n  -H \"Authorization: Bearer $TOKEN\"",
    );
    expect(curlCommand({ ...request, token: undefined }, 'bash')).toBe(
      "curl -i -w '\\n' 'http://localhost:3001/api/me'",
    );
    expect(curlCommand({ ...request, token: 'eyJ.eyJ.x' }, 'bash')).toContain(
      "-H 'Authorization: Bearer eyJ.eyJ.x'",
    );
  });

  it('for PowerShell, where curl may be another command and quotes in arguments are lost', () => {
    const request = {
      method: 'POST',
      url: URL_OF_LIST,
      token: '$TOKEN',
      json: { text: 'it’s 🙂' },
    };
    expect(curlCommand(request, 'powershell')).toBe(
      [
        String.raw`'{"text":"it\u2019s \ud83d\ude42"}' | curl.exe -i -w '\n' 'http://localhost:3001/api/messages?author=it''s&limit=1'`,
        '-X POST',
        '-H "Authorization: Bearer $TOKEN"',
        "-H 'Content-Type: application/json'",
        "-d '@-'",
      ].join(' `\n  '),
    );
  });

  it('reaches curl as it is, whatever the text contains', async () => {
    const json = { text: `it's "$HOME" \`id\` \\ 🙂\nnext` };
    const command = curlCommand(
      { method: 'POST', url: URL_OF_LIST, token: '$TOKEN', json },
      'bash',
    );
    const script = `curl() { printf '%s\\0' "$@"; }\n${tokenCommand('bash', 'secret')}\n${command}`;
    const { stdout } = await promisify(execFile)('bash', ['-c', script]);
    expect(stdout.split('\0').slice(0, -1)).toEqual([
      '-i',
      '-w',
      String.raw`\n`,
      URL_OF_LIST,
      '-X',
      'POST',
      '-H',
      'Authorization: Bearer secret',
      '-H',
      'Content-Type: application/json',
      '-d',
      JSON.stringify(json),
    ]);
  });

  it.each([
    ['bash', '\\'],
    ['powershell', '`'],
  ] as const)('has a proof for a token that is bound to a key, in %s', (shell, next) => {
    const request = { method: 'GET', url: 'http://localhost:3001/api/me', token: '$TOKEN' };
    const [comment, , ...rest] = curlCommand({ ...request, proof: '$PROOF' }, shell).split('\n');
    expect(comment).toMatch(/^# A proof works once/);
    expect(rest).toEqual([`  -H "Authorization: DPoP $TOKEN" ${next}`, '  -H "DPoP: $PROOF"']);
    expect(curlCommand({ ...request, token: 'eyJ', proof: 'eyJ.p' }, shell)).toContain(
      `-H 'Authorization: DPoP eyJ' ${next}\n  -H 'DPoP: eyJ.p'`,
    );
  });

  it.each([
    ['Win32', 'powershell', "$TOKEN = 'x'"],
    ['MacIntel', 'bash', "TOKEN='x'"],
    ['Linux x86_64', 'bash', "TOKEN='x'"],
  ] as const)('is for the shell of the platform: %s', (platform, shell, set) => {
    expect(usualShell(platform)).toBe(shell);
    expect(tokenCommand(shell, 'x')).toBe(set);
  });
});
