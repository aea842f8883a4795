import { Controller, Get, Header, Inject, NotFoundException } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { z } from 'zod';
import { Public } from '../auth/index.js';
import { serverConfig } from '../config/server.config.js';
import { Operation, TagDescription } from '../openapi/operation.decorator.js';

const PATH = '.well-known/security.txt';

/** RFC 9116 §2.5.5 recommends less than a year. */
const VALID_DAYS = 90;

/** Tells researchers where to report vulnerabilities (RFC 9116). */
@Controller(PATH)
@TagDescription('Where to report vulnerabilities.')
export class SecurityTxtController {
  constructor(@Inject(serverConfig.KEY) private readonly config: ConfigType<typeof serverConfig>) {}

  @Get()
  @Public()
  @Header('Content-Type', 'text/plain; charset=utf-8')
  @Operation('Read whom to tell about vulnerabilities', {
    answer: z.string(),
    mediaType: 'text/plain',
    failures: ['notFound'],
  })
  read() {
    const { securityContact, publicUrl } = this.config;
    if (securityContact === undefined) throw new NotFoundException(`Cannot GET /${PATH}`);
    const expires = new Date(Date.now() + VALID_DAYS * 24 * 60 * 60 * 1000);
    const fields = [`Contact: ${securityContact}`, `Expires: ${expires.toISOString()}`];
    if (publicUrl !== undefined) fields.push(`Canonical: ${publicUrl}/${PATH}`);
    return `${fields.join('\n')}\n`;
  }
}
