import { type DynamicModule, Module } from '@nestjs/common';
import { revocationConfig } from '../config/revocation.config.js';
import { BackchannelLogoutController } from './backchannel-logout.controller.js';
import { RevocationModule } from './revocation.module.js';

/** Receives logouts from the issuer, where `BACKCHANNEL_LOGOUT=on`. */
@Module({})
export class LogoutModule {
  static register(): DynamicModule {
    if (revocationConfig().logoutClientId === undefined) return { module: LogoutModule };
    return {
      module: LogoutModule,
      imports: [RevocationModule],
      controllers: [BackchannelLogoutController],
    };
  }
}
