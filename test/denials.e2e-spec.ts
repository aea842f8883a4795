import { denialCases } from '../src/auth/testing/index.js';
import { startApi } from './support/api.js';

const api = await startApi();
const { app } = api;
const cases = denialCases(app);

describe('The application refuses', () => {
  afterAll(() => api.close());

  it.each(cases)('%s', async ({ method, path: url, headers, status, code }) => {
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
