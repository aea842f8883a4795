const MAX_LENGTH = 200;
const MAX_MEMBERS = 20;

/** Characters that could control a terminal, or change the order of a line. */
const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Writes a value on one line. A token or an issuer may have put anything into it. */
export function printable(value: unknown): string {
  if (value === undefined) return 'none';
  if (Array.isArray(value)) {
    const members = value.slice(0, MAX_MEMBERS).map((member) => {
      return Array.isArray(member) ? printable(asJson(member)) : printable(member);
    });
    return value.length === 0 ? 'an empty array' : members.join(', ');
  }
  const text = typeof value === 'string' ? value : asJson(value);
  const line = text.replaceAll(CONTROL, (character) => {
    return `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`;
  });
  if (line === '') return 'an empty string';
  return line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH)}…` : line;
}

function asJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    // Nested deeper than the stack.
    return '…';
  }
}

/** A time of a token, in seconds since 1970. */
export function printableTime(seconds: unknown): string {
  const ms = typeof seconds === 'number' ? seconds * 1000 : Number.NaN;
  // The range of JavaScript's Date.
  if (!(Math.abs(ms) <= 8.64e15)) return printable(seconds);
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}

/** The same, with its distance from now. */
export function printableMoment(seconds: unknown): string {
  const time = printableTime(seconds);
  if (typeof seconds !== 'number') return time;
  const distanceSec = Math.round(seconds - Date.now() / 1000);
  const distance = duration(Math.abs(distanceSec));
  return `${time}, ${distanceSec < 0 ? `${distance} ago` : `in ${distance}`}`;
}

/** A duration in its largest unit that fits twice, or else in seconds. */
export function duration(seconds: number): string {
  const [unit, size] = UNITS.find(([, length]) => seconds >= 2 * length) ?? ['seconds', 1];
  return `${Math.round(seconds / size)} ${unit}`;
}

const UNITS: readonly [string, number][] = [
  ['days', 86_400],
  ['hours', 3600],
  ['minutes', 60],
];
