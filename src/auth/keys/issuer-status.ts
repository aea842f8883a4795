/** The keys of one issuer, and how often they were fetched since the start. */
export interface IssuerStatus {
  readonly issuer: string;
  /** Whether tokens can be verified now. */
  readonly isReady: boolean;
  /** Attempts that have ended, and those of them that failed. */
  readonly fetches: number;
  readonly failedFetches: number;
  /** Time since the set was requested, in seconds. Undefined before the first one. */
  readonly keysAgeSec?: number;
}
