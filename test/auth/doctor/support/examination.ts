import { Logger } from '@nestjs/common';
import type { AuthOptions } from '../../../../src/auth/index.js';
import { resolveAuthOptions } from '../../../../src/auth/check-options.js';
import { diagnose, type Examined } from '../../../../src/auth/doctor/diagnose.js';
import type { Diagnosis, Step } from '../../../../src/auth/doctor/diagnosis.js';
import { reportOf } from '../../../../src/auth/doctor/report.js';
import {
  createTestIssuer,
  type TestIssuer,
  type TestIssuerOptions,
} from '../../../../src/auth/testing/index.js';

/** An issuer of a suite, and the doctor for an application that trusts it. */
export class Examination {
  issuer!: TestIssuer;

  constructor(options?: TestIssuerOptions) {
    beforeAll(async () => {
      Logger.overrideLogger(false);
      this.issuer = await createTestIssuer(options);
    });
    afterEach(() => this.issuer.recover());
    afterAll(() => this.issuer.close());
  }

  diagnose(options: object = {}, examined: Partial<Examined> = {}): Promise<Diagnosis> {
    const { url, audience } = this.issuer;
    const given = { issuer: url, audience, ...options } as AuthOptions;
    return diagnose({ options: () => resolveAuthOptions(given), ...examined });
  }

  /** Names and URLs of the issuer differ in each run: `I` stands for its URL, without the slash. */
  plain<T>(value: T): T {
    const json = JSON.stringify(value).replaceAll(this.issuer.url.slice(0, -1), 'I');
    return JSON.parse(json) as T;
  }
}

export const stepOf = ({ steps }: Diagnosis, section: Step['section'], name: string): Step =>
  steps.find((step) => step.section === section && step.name === name)!;

/** Everything that a command could print of a diagnosis. */
export const outputOf = (diagnosis: Diagnosis): string =>
  `${JSON.stringify(diagnosis, undefined, 2)}\n${reportOf(diagnosis, false)}`;
