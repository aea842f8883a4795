import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { AccessRules } from '../access-rules.js';
import { ResolvedAuthOptions } from '../auth.options.js';

/** Where the metadata of a resource without a path are (RFC 9728 §3.1). */
export const METADATA_PATH = '/.well-known/oauth-protected-resource';

const MAX_AGE_SEC = 3600;

/**
 * Tells clients which authorization server issues tokens for this API, and which scopes there are:
 * protected resource metadata (RFC 9728). Only with the option `publicUrl`.
 */
@Injectable()
export class ResourceMetadata implements OnModuleInit {
  /** The parameter `resource_metadata` of challenges (RFC 9728 §5.1). */
  readonly url?: string;

  constructor(
    private readonly rules: AccessRules,
    private readonly options: ResolvedAuthOptions,
    private readonly adapterHost: HttpAdapterHost,
  ) {
    const { publicUrl } = options;
    if (publicUrl !== undefined) this.url = publicUrl + METADATA_PATH;
  }

  /**
   * On the adapter itself: the path is fixed, whatever the global prefix of the application is. The
   * adapter is missing in an application without HTTP.
   */
  onModuleInit(): void {
    const { httpAdapter } = this.adapterHost as Partial<HttpAdapterHost>;
    if (this.url === undefined || httpAdapter === undefined) return;
    const document = this.document();
    httpAdapter.get(METADATA_PATH, (_request: object, response: object) => {
      httpAdapter.setHeader(response, 'access-control-allow-origin', '*');
      httpAdapter.setHeader(response, 'cache-control', `public, max-age=${MAX_AGE_SEC}`);
      httpAdapter.reply(response, document, 200);
    });
  }

  /** The document (RFC 9728 §2). `offline_access` is for refresh tokens, which no API takes. */
  document(): object {
    const { publicUrl, issuers, resourceMetadata } = this.options;
    const required = this.rules.all().flatMap(({ rule }) => rule.scopes);
    const scopes = new Set(required.flatMap((requirement) => requirement.scopes));
    scopes.delete('offline_access');
    return {
      resource: publicUrl,
      authorization_servers: issuers.map(({ issuer }) => issuer),
      scopes_supported: [...scopes].toSorted(),
      bearer_methods_supported: ['header'],
      ...resourceMetadata,
    };
  }
}
