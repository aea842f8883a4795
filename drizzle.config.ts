/** For `npm run db:generate`, which downloads drizzle-kit when it is needed. */
export default {
  dialect: 'postgresql',
  schema: './src/database/schema.ts',
  out: './src/database/migrations',
};
