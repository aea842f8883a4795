import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { AccessRules, type ProtectedResource } from '../access-rules.js';
import { PROOF_ALGORITHMS } from '../algorithms.js';
import { ResolvedAuthOptions } from '../auth.options.js';
import { TrustedIssuers } from '../keys/trusted-issuers.js';
import { RESOURCE_PATH } from '../decorators/audience.decorator.js';

/** Where the metadata of a resource without a path are (RFC 9728 §3.1). */
const METADATA_PATH = '/.well-known/oauth-protected-resource';

const MAX_AGE_SEC = 3600;

/**
 * Tells clients which authorization server issues tokens for this API, and which scopes there are:
 * protected resource metadata (RFC 9728). Only with the option `publicUrl`. A resource of
 * `@Audience()` below that URL has metadata of its own.
 */
@Injectable()
export class ResourceMetadata implements OnModuleInit {
  constructor(
    private readonly rules: AccessRules,
    private readonly options: ResolvedAuthOptions,
    private readonly issuers: TrustedIssuers,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  /**
   * On the adapter itself: the paths are fixed, whatever the global prefix of the application is.
   * The adapter is missing in an application without HTTP.
   */
  onModuleInit(): void {
    const { httpAdapter } = this.adapterHost as Partial<HttpAdapterHost>;
    if (httpAdapter === undefined) return;
    for (const [path, audience] of this.resources()) {
      const document = this.document(audience);
      httpAdapter.get(path, (_request: object, response: object) => {
        httpAdapter.setHeader(response, 'access-control-allow-origin', '*');
        httpAdapter.setHeader(response, 'cache-control', `public, max-age=${MAX_AGE_SEC}`);
        // A discovery document may have corrected the spelling of the issuer since the start.
        const issuers = this.issuers.status().map(({ issuer }) => issuer);
        httpAdapter.reply(response, { ...document, authorization_servers: issuers }, 200);
      });
    }
  }

  /** Whether a path of the adapter is that of metadata. */
  isServedAt(path: string): boolean {
    return this.resources().has(path);
  }

  /**
   * The parameter `resource_metadata` of challenges (RFC 9728 §5.1). Undefined without the option
   * `publicUrl`, and for a resource that is elsewhere.
   *
   * @param resource undefined: the API itself.
   */
  urlOf(resource: ProtectedResource | undefined): string | undefined {
    const path = this.pathOf(resource?.audience);
    return path === undefined ? undefined : this.options.publicUrl + path;
  }

  /** The path of the metadata, and the audience of each resource; undefined is the API itself. */
  private resources(): Map<string, string | undefined> {
    const audiences = this.rules.all().map(({ rule }) => rule.resource?.audience);
    const paths = [undefined, ...audiences].flatMap((audience) => {
      const path = this.pathOf(audience);
      return path === undefined ? [] : [[path, audience] as const];
    });
    return new Map(paths);
  }

  private pathOf(audience: string | undefined): string | undefined {
    const { publicUrl } = this.options;
    if (publicUrl === undefined || audience === undefined) return publicUrl && METADATA_PATH;
    const path = audience.slice(publicUrl.length);
    const isBelow = audience.startsWith(publicUrl) && RESOURCE_PATH.test(path);
    return isBelow ? METADATA_PATH + path : undefined;
  }

  /**
   * The document (RFC 9728 §2) without the issuers. `offline_access` is for refresh tokens, which
   * no API takes.
   */
  private document(audience: string | undefined): object {
    const { publicUrl, dpop, mtls, resourceMetadata } = this.options;
    const rules = [...this.rules.declared];
    const own = rules.filter(({ resource }) => resource?.audience === audience);
    const scopes = new Set(
      own.flatMap(({ resource, scopes: required }) => [
        ...required.flatMap((requirement) => requirement.scopes),
        ...(resource?.scopesSupported ?? []),
      ]),
    );
    scopes.delete('offline_access');
    return {
      ...resourceMetadata,
      resource: audience ?? publicUrl,
      scopes_supported: [...scopes].toSorted(),
      bearer_methods_supported: ['header'],
      ...(dpop.mode !== 'off' && { dpop_signing_alg_values_supported: PROOF_ALGORITHMS }),
      ...(dpop.mode === 'required' && { dpop_bound_access_tokens_required: true }),
      ...(mtls && { tls_client_certificate_bound_access_tokens: true }),
    };
  }
}
