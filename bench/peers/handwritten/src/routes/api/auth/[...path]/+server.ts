import type { RequestEvent } from '@sveltejs/kit';
import { auth } from '../../../../database.ts';

export const POST = ({ request }: RequestEvent) => auth.handler(request);
