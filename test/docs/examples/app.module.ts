import { Module } from '@nestjs/common';
import { AuthModule } from '../../../src/auth/index.js';
import { NotesController } from './notes.controller.js';

@Module({
  imports: [
    AuthModule.forRoot({
      issuer: 'https://dev-abc123.us.auth0.com/',
      audience: 'https://api.example.com',
    }),
  ],
  controllers: [NotesController],
})
export class AppModule {}
