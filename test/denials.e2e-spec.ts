import { denialCases } from '../src/auth/testing/index.js';
import { startApi } from './support/api.js';

const { app, close } = await startApi();
const cases = denialCases(app);

describe('The application refuses', () => {
  afterAll(() => close());

  it.each(cases)('$title', async ({ method, path: url, headers, status, code }) => {
    const answer = await app.inject({ method, url, headers });
    expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
  });

  it('requests to every route that needs something', () => {
    const routes = new Set(cases.map(({ title }) => title.split(' with')[0]));
    expect([...routes]).toEqual(
      expect.arrayContaining(['GET /api/greeting', 'DELETE /api/admin/messages/:id']),
    );
    expect(cases.map(({ title }) => title)).toEqual(
      expect.arrayContaining([
        'PATCH /api/messages/:id without the scope write:messages: 403',
        'GET /api/editor without the claim roles: 401',
      ]),
    );
  });
});
