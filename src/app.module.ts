import { forwardRef, Module } from '@nestjs/common';
import { ConfigModule, type ConfigType } from '@nestjs/config';
import { APP_FILTER } from '@nestjs/core';
import { AdminModule } from './admin/admin.module.js';
import { AuthModule } from './auth/index.js';
import { BrowserModule } from './browser/browser.module.js';
import { authConfig } from './config/auth.config.js';
import { browserConfig } from './config/browser.config.js';
import { databaseConfig } from './config/database.config.js';
import { refuseEnvFile, validateEnvironment } from './config/environment.js';
import { limitsConfig } from './config/limits.config.js';
import { loggingConfig } from './config/logging.config.js';
import { mcpConfig } from './config/mcp.config.js';
import { metricsConfig } from './config/metrics.config.js';
import { revocationConfig } from './config/revocation.config.js';
import { serverConfig } from './config/server.config.js';
import { DatabaseModule } from './database/database.module.js';
import { HealthModule } from './health/health.module.js';
import { Shutdown } from './http/shutdown.js';
import { LimitsModule } from './limits/limits.module.js';
import { FailedRequestFilter } from './logging/failed-request.filter.js';
import { RequestLog } from './logging/request-log.js';
import { McpModule } from './mcp/mcp.module.js';
import { MessagesModule } from './messages/messages.module.js';
import { MetricsModule } from './metrics/metrics.module.js';
import { RefusedRequestFilter } from './metrics/refused-request.filter.js';
import { QuickstartModule } from './quickstart/quickstart.module.js';
import { rememberProofs } from './redis/proof-memory.js';
import { RedisConnection } from './redis/redis-connection.js';
import { RedisModule } from './redis/redis.module.js';
import { LogoutModule } from './revocation/logout.module.js';
import { RevocationCopy } from './revocation/revocation-copy.js';
import { RevocationModule } from './revocation/revocation.module.js';
import { SecurityTxtModule } from './security-txt/security-txt.module.js';

/** Reads `.env` and checks the environment when this file is imported. */
export const configuration = ConfigModule.forRoot({
  isGlobal: true,
  validate: validateEnvironment,
  load: [
    authConfig,
    browserConfig,
    databaseConfig,
    limitsConfig,
    loggingConfig,
    mcpConfig,
    metricsConfig,
    revocationConfig,
    serverConfig,
  ],
}).catch(refuseEnvFile);
// Nest awaits it later and reports the error; until then the rejection counts as unhandled.
configuration.catch(() => {});

/**
 * The application. `AuthModule` protects every route; the modules after it say which routes are
 * public and what else a route needs.
 */
@Module({
  imports: [
    configuration,
    // The first routes of the API reference and of the access map, which follow this order.
    QuickstartModule,
    RedisModule,
    // Its guard, and that of McpModule, must run before those of AuthModule.
    LimitsModule,
    // Reads the environment when an application is created, not when this file is imported.
    forwardRef(() => McpModule.register()),
    AuthModule.forRootAsync({
      imports: [RevocationModule],
      inject: [authConfig.KEY, RevocationCopy, RedisConnection],
      useFactory: (
        options: ConfigType<typeof authConfig>,
        copy: RevocationCopy,
        redis?: RedisConnection,
      ) => ({
        ...rememberProofs(options, redis),
        isRevoked: (claims) => copy.isRevoked(claims),
      }),
    }),
    DatabaseModule.forRootAsync(databaseConfig.asProvider()),
    MetricsModule,
    MessagesModule,
    AdminModule,
    // Reads the environment when an application is created, not when this file is imported.
    forwardRef(() => LogoutModule.register()),
    BrowserModule,
    HealthModule,
    SecurityTxtModule,
  ],
  providers: [
    Shutdown,
    RequestLog,
    // Nest asks the filters of this module last, and of these the first one last.
    { provide: APP_FILTER, useClass: FailedRequestFilter },
    { provide: APP_FILTER, useClass: RefusedRequestFilter },
  ],
})
export class AppModule {}
