import { Test } from '@nestjs/testing';
import { AuthModule } from '../../../src/auth/index.js';
import { createTestIssuer } from '../../../src/auth/testing/index.js';
import { NotesController } from './notes.controller.js';

it('lists the notes of the subject if the token has the scope', async () => {
  const issuer = await createTestIssuer({ audience: 'https://notes.example.com' });
  const builder = Test.createTestingModule({
    imports: [AuthModule.forRoot({ issuer: issuer.url, audience: issuer.audience })],
    controllers: [NotesController],
  });
  const app = (await builder.compile()).createNestApplication();
  await app.listen(0);
  const get = async (token: string) =>
    fetch(`${await app.getUrl()}/api/notes`, { headers: { Authorization: `Bearer ${token}` } });

  const answer = await get(issuer.mint({ sub: 'alice', scope: 'read:notes' }));
  expect(await answer.json()).toEqual({ owner: 'alice', notes: [] });
  expect((await get(issuer.mint())).status).toBe(403);

  await Promise.all([app.close(), issuer.close()]);
});
