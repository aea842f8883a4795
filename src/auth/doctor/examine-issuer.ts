import type { ResolvedAuthOptions, ResolvedIssuer } from '../auth.options.js';
import { Clock } from '../clock.js';
import {
  discover,
  discoveryUrl,
  JwksSource,
  OtherIssuerError,
  reasonOf,
} from '../keys/jwks-source.js';
import { KeySet, readKey } from '../keys/key-set.js';
import type { Settings, Step } from './diagnosis.js';
import { duration, printable } from './printable.js';

type IssuerStep = Omit<Step, 'section' | 'issuer'>;

/** Examines what the tokens of one issuer are verified with, and the clock. */
export async function examineIssuer(
  issuer: ResolvedIssuer,
  options: ResolvedAuthOptions,
  settings: Settings,
): Promise<Step[]> {
  const steps = issuer.secret
    ? sharedSecret(settings)
    : await new IssuerExamination(issuer, options, settings).steps();
  return steps.map((step) => ({ section: 'issuer', issuer: issuer.issuer, ...step }));
}

function sharedSecret({ secret }: Settings): IssuerStep[] {
  const skipped = { status: 'skipped', actual: `not needed with ${secret}` } as const;
  return [
    { name: 'discovery', ...skipped },
    { name: 'keys', status: 'ok', actual: `a shared secret for HS256, which cannot be checked` },
    { name: 'clock', ...skipped },
  ];
}

class IssuerExamination {
  constructor(
    private readonly issuer: ResolvedIssuer,
    private readonly options: ResolvedAuthOptions,
    private readonly settings: Settings,
  ) {}

  async steps(): Promise<IssuerStep[]> {
    const clock = this.clock();
    const { step, jwksUri } = await this.discovery();
    return [step, await this.keys(jwksUri), await clock];
  }

  private async discovery(): Promise<{ step: IssuerStep; jwksUri?: string }> {
    const { issuer, jwksUri } = this.issuer;
    const name = 'discovery';
    try {
      const found = await discover(issuer, this.timeout());
      const step = { name, ...this.compare(found.issuer, discoveryUrl(issuer)) };
      return { step, jwksUri: jwksUri ?? found.jwksUri };
    } catch (error) {
      const actual = printable(reasonOf(error as Error));
      if (error instanceof OtherIssuerError) {
        const status = jwksUri === undefined ? 'failed' : 'warning';
        const advice = this.otherIssuer(error.issuer);
        return { step: { name, status, expected: issuer, actual, advice }, jwksUri };
      }
      if (jwksUri === undefined) {
        return { step: { name, status: 'failed', actual, advice: UNREACHABLE } };
      }
      // The API does not need the document.
      const known = `not needed, since the address of the keys is known (${actual})`;
      return { step: { name, status: 'skipped', actual: known }, jwksUri };
    }
  }

  /** The document may spell the issuer with or without the final slash. */
  private compare(named: string, url: string): Omit<IssuerStep, 'name'> {
    const { issuer, jwksUri } = this.issuer;
    if (named === issuer) return { status: 'ok', actual: url };
    const advice =
      `Only the final slash differs. Write ${printable(named)} as ${this.settings.issuer}` +
      (jwksUri === undefined ? '.' : ': iss must be the same to the last character.');
    return { status: 'warning', expected: issuer, actual: printable(named), advice };
  }

  private otherIssuer(named: unknown): string {
    return (
      `Write the issuer as its document names it (${printable(named)}) as ` +
      `${this.settings.issuer}, if it is the right one.`
    );
  }

  private async keys(jwksUri: string | undefined): Promise<IssuerStep> {
    const name = 'keys';
    if (jwksUri === undefined) return { name, status: 'skipped', actual: 'not reached' };
    const { issuer, algorithms } = this.issuer;
    const { jwksTimeoutMs } = this.options;
    try {
      const source = new JwksSource({ issuer, jwksUri }, jwksTimeoutMs, new Clock());
      const { jwks } = await source.fetch();
      const { keys } = new KeySet(jwks, 0);
      const usable = keys.filter((key) => key.algorithms.some((alg) => algorithms.includes(alg)));
      const details = jwks.flatMap((jwk) => this.whyIgnored(jwk) ?? []);
      const allowed = algorithms.join(', ');
      if (usable.length === 0) {
        const actual = jwks.length === 0 ? 'an empty key set' : 'none of the keys is usable';
        const advice =
          `Let the issuer publish a key for ${allowed}, or change ` +
          `${this.settings.algorithms}.`;
        return {
          name,
          status: 'failed',
          expected: `a key for ${allowed}`,
          actual,
          details,
          advice,
        };
      }
      const names = usable.map(({ kid = 'without kid', algorithms: own }) => {
        return `${kid} (${own.filter((alg) => algorithms.includes(alg)).join(' ')})`;
      });
      return { name, status: 'ok', actual: `usable: ${printable(names)}`, details };
    } catch (error) {
      const actual = printable(reasonOf(error as Error));
      // Without the query, which may hold a secret.
      const expected = `a key set at ${printable(jwksUri.split('?', 1)[0])}`;
      return { name, status: 'failed', expected, actual, advice: UNREACHABLE };
    }
  }

  private whyIgnored(jwk: unknown): string | undefined {
    const key = readKey(jwk);
    const { algorithms } = this.issuer;
    const kid = printable((jwk as { kid?: unknown } | null)?.kid ?? 'a key without kid');
    if (typeof key === 'string') return `ignored: ${kid}: ${printable(key)}`;
    if (key.algorithms.some((alg) => algorithms.includes(alg))) return undefined;
    return `ignored: ${kid}: ${key.algorithms.join(', ')} is not among the allowed algorithms`;
  }

  /** Compares the clock with the header `Date` of an answer, which has a resolution of 1 second. */
  private async clock(): Promise<IssuerStep> {
    const name = 'clock';
    const { clockToleranceSec } = this.options;
    const url = this.issuer.jwksUri ?? discoveryUrl(this.issuer.issuer);
    const unknown = (actual: string) => ({ name, status: 'skipped', actual }) as const;
    const askedMs = Date.now();
    let headers: Headers;
    try {
      const response = await fetch(url, { redirect: 'manual', signal: this.timeout() });
      await response.body?.cancel();
      headers = response.headers;
    } catch {
      return unknown('not known: the issuer did not answer');
    }
    // A cache repeats the date of the answer that it keeps (RFC 9111 §4.2.3).
    const earliestMs = Date.parse(headers.get('date') ?? '') + Number(headers.get('age')) * 1000;
    if (Number.isNaN(earliestMs)) return unknown('not known: the issuer sends no Date');
    const aheadMs = askedMs - (earliestMs + 1000);
    const behindMs = earliestMs - Date.now();
    const offSec = Math.ceil(Math.max(aheadMs, behindMs, 0) / 1000);
    const expected = `at most ${clockToleranceSec} s off`;
    if (offSec === 0) return { name, status: 'ok', actual: 'the same as that of the issuer' };
    if (offSec <= clockToleranceSec) return { name, status: 'ok', actual: `${offSec} s off` };
    const actual = `${duration(offSec)} ${aheadMs > 0 ? 'ahead of' : 'behind'} the issuer`;
    const consequence =
      aheadMs > 0
        ? 'tokens expire too early'
        : 'new tokens are not valid yet, and old ones still are';
    const advice = `Synchronise the clock of this machine, for example with NTP: ${consequence}.`;
    return { name, status: 'warning', expected, actual, advice };
  }

  private timeout(): AbortSignal {
    return AbortSignal.timeout(this.options.jwksTimeoutMs);
  }
}

const UNREACHABLE =
  'Until this works, the API answers tokens with 503. Check the address, DNS, and proxies and ' +
  'certificates between this machine and the issuer.';
