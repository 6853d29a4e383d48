import { building } from '$app/env';
import type { ServerInit } from '@sveltejs/kit/hooks';
import { getMigrations } from 'better-auth/db/migration';
import { auth } from './database.ts';

export const init: ServerInit = async () => {
  if (building) return;
  const { runMigrations } = await getMigrations(auth.options);
  await runMigrations();
};
