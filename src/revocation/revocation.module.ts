import { Module } from '@nestjs/common';
import { RevocationCopy } from './revocation-copy.js';
import { RevocationsController } from './revocations.controller.js';
import { RevocationsService } from './revocations.service.js';

/** Refuses access tokens before they expire: `AuthModule` asks the copy about each token. */
@Module({
  controllers: [RevocationsController],
  providers: [RevocationCopy, RevocationsService],
  exports: [RevocationCopy, RevocationsService],
})
export class RevocationModule {}
