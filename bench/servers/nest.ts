/**
 * The recipe of Nest's documentation and most articles about Auth0: Passport, passport-jwt, and
 * keys from `passportJwtSecret`. Runs on Express, or on Fastify with `--fastify`.
 */
import 'reflect-metadata';
import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  Injectable,
  Module,
  SetMetadata,
  UseGuards,
} from '@nestjs/common';
import { NestFactory, Reflector } from '@nestjs/core';
import { AuthGuard, PassportModule, PassportStrategy } from '@nestjs/passport';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { passportJwtSecret } from 'jwks-rsa';
import { ExtractJwt, Strategy } from 'passport-jwt';

const { AUDIENCE, ISSUER_BASE_URL, PORT } = process.env;

@Injectable()
class JwtStrategy extends PassportStrategy(Strategy) {
  constructor() {
    super({
      secretOrKeyProvider: passportJwtSecret({
        cache: true,
        rateLimit: true,
        jwksRequestsPerMinute: 5,
        jwksUri: `${ISSUER_BASE_URL}.well-known/jwks.json`,
      }),
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      audience: AUDIENCE,
      issuer: ISSUER_BASE_URL,
      algorithms: ['RS256', 'ES256'],
    });
  }

  validate(payload: unknown): unknown {
    return payload;
  }
}

const Scopes = (...scopes: string[]) => SetMetadata('scopes', scopes);

@Injectable()
class ScopesGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const required = this.reflector.get<string[]>('scopes', context.getHandler());
    const { user } = context.switchToHttp().getRequest<{ user: { scope?: string } }>();
    const granted = user.scope?.split(' ') ?? [];
    return required.every((scope) => granted.includes(scope));
  }
}

@Controller('api')
class AppController {
  @Get('private-scoped')
  @UseGuards(AuthGuard('jwt'), ScopesGuard)
  @Scopes('read:messages')
  getPrivate() {
    return { message: 'Hello from a private endpoint! You have the scope read:messages.' };
  }
}

@Module({
  imports: [PassportModule.register({ defaultStrategy: 'jwt' })],
  controllers: [AppController],
  providers: [JwtStrategy],
})
class AppModule {}

const logger = ['error', 'warn'] as const;
const app = process.argv.includes('--fastify')
  ? await NestFactory.create(AppModule, new FastifyAdapter(), { logger: [...logger] })
  : await NestFactory.create(AppModule, { logger: [...logger] });
await app.listen(Number(PORT), '127.0.0.1');
