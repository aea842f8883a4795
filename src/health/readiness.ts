import { Inject, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { HealthIndicatorService } from '@nestjs/terminus';
import { sql } from 'drizzle-orm';
import { AccessTokenVerifier } from '../auth/index.js';
import { DATABASE, type Database } from '../database/connection.js';
import { isStopping } from '../http/shutdown.js';
import { RevocationCopy } from '../revocation/revocation-copy.js';

/** A database that does not answer within this time is down, in milliseconds. */
const DATABASE_TIMEOUT_MS = 2000;

/** Everyone may ask, so the database is asked at most once in this time, in milliseconds. */
const DATABASE_INTERVAL_MS = 1000;

/** What an instance needs to serve requests. A part says whether it is up, and nothing more. */
@Injectable()
export class Readiness {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly verifier: AccessTokenVerifier,
    private readonly adapterHost: HttpAdapterHost,
    @Inject(DATABASE) private readonly db: Database,
    private readonly copy: RevocationCopy,
  ) {}

  async database() {
    const check = this.indicators.check('database');
    const { database } = await check
      .attempt(async () => void (await this.db.execute(sql`select 1`)))
      .withTimeout(DATABASE_TIMEOUT_MS)
      .cacheFor(DATABASE_INTERVAL_MS);
    return database.status === 'up' ? check.up() : check.down();
  }

  /** Whether tokens of every issuer can be verified. */
  keys() {
    return this.part(
      'keys',
      this.verifier.status().issuers.every(({ isReady }) => isReady),
    );
  }

  /** Up at any age: what is known stays in force. */
  revocations() {
    const ageSec = Math.round(this.copy.status().ageSec);
    return this.indicators.check('revocations').up({ ageSec });
  }

  shutdown() {
    return this.part('shutdown', !isStopping(this.adapterHost.httpAdapter.getHttpServer()));
  }

  private part(name: string, isUp: boolean) {
    const check = this.indicators.check(name);
    return isUp ? check.up() : check.down();
  }
}
