/** Nest on Fastify with three global guards that allow everything: the cost of the framework. */
import 'reflect-metadata';
import { type CanActivate, Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';

class OpenGuard implements CanActivate {
  canActivate() {
    return true;
  }
}

@Controller('api')
class AppController {
  @Get('private-scoped')
  getPrivate() {
    return { message: 'Hello from a private endpoint! You have the scope read:messages.' };
  }
}

@Module({ controllers: [AppController] })
class AppModule {}

const app = await NestFactory.create(AppModule, new FastifyAdapter(), {
  logger: ['error', 'warn'],
});
app.useGlobalGuards(new OpenGuard(), new OpenGuard(), new OpenGuard());
await app.listen(Number(process.env.PORT), '127.0.0.1');
