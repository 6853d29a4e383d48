// A bare node:http server: no session, no rules, one durable upsert per request, with the same
// drivers as the library and those that wait grouped in the same way. What could be reached if there
// were nothing to do.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { sql } from 'kysely';
import { postgres, prepare, sqlite } from 'sveltekit-cairn/server';
import type { Database } from 'sveltekit-cairn/server';

const address = process.argv[2]!;
const database: Database = address.startsWith('postgres') ? postgres(address) : sqlite(address);
const isSqlite = database.dialect === 'sqlite';
const { kysely } = database;

await sql`create table if not exists marks (user_id text, content_id text, status text, at text,
  primary key (user_id, content_id))`.execute(kysely);

const upsert = prepare<{ rows: string }>(kysely, 'upsert', (p) => {
  const list = isSqlite
    ? sql`json_each(${p('rows')})`
    : sql`jsonb_array_elements(${p('rows')}::jsonb)`;
  return sql`
    insert into marks (user_id, content_id, status, at)
    select value ->> 'userId', value ->> 'contentId', value ->> 'status', value ->> 'at'
    from ${list} as item where true
    on conflict (user_id, content_id) do update set status = excluded.status, at = excluded.at`;
});

interface Mark {
  userId: string;
  contentId: string;
}

let waiting: { mark: Mark; done: () => void }[] = [];
let writing = false;

async function writeAll(): Promise<void> {
  while (waiting.length > 0) {
    const group = waiting;
    waiting = [];
    const marks = new Map(group.map(({ mark }) => [`${mark.userId} ${mark.contentId}`, mark]));
    const rows = JSON.stringify([...marks.values()]);
    await database.write(function* () {
      yield* upsert({ rows });
    });
    for (const { done } of group) done();
  }
  writing = false;
}

const server = createServer((request, response) => {
  void json(request).then((body) => {
    const mark = { ...(body as Mark), userId: request.headers.cookie ?? '', at: new Date() };
    const done = () => {
      const answer = JSON.stringify(mark);
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(answer),
      });
      response.end(answer);
    };
    waiting.push({ mark, done });
    if (writing) return;
    writing = true;
    setImmediate(() => void writeAll());
  });
});

server.listen(0, '127.0.0.1', () => {
  console.log(`ready at http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
