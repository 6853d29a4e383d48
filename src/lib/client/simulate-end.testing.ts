import type { Catalogue, ItemState, Loaded } from '../core/index.ts';
import { discrepancies } from '../server/audit.testing.ts';
import { parseCursor } from '../server/cursor.ts';
import { userKey, userOf } from './device-storage.ts';
import { memoryStorage } from './memory-storage.ts';
import { ProgressState } from './progress-state.svelte.ts';
import type { SimulatedDevice } from './simulate-device.testing.ts';
import type { Tab } from './simulate-tab.testing.ts';
import type { Run } from './simulate-run.testing.ts';

const HOUR = 60 * 60_000;
const MINUTES = 6 * 60_000;
const MOST_ROUNDS = 5;

/** Makes everything whole, and gives everybody time to agree. */
export async function heal(run: Run): Promise<void> {
  const { devices, clock, settle } = run;
  for (const { tabs, disk, notes, network } of devices) {
    for (const tab of tabs) tab.crash(Infinity);
    disk.isFull = notes.isFull = false;
    network.always = null;
    network.next = [];
    network.release();
  }
  await settle();
  // Longer than any pause, and than a server asks for.
  await clock.leap(HOUR);
  for (const device of devices) await sendForOthers(run, device);
  await agree(run);
  if (!run.isEdited) return;
  // What was published counts from the next write on.
  await touch(run);
  await agree(run);
}

/** All pages ask the server until none has anything to send or to load, and so all have seen it. */
async function agree(run: Run): Promise<void> {
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const before = sentBy(run);
    for (const device of run.devices) await comeTogether(run, device);
    await run.settle();
    if (run.devices.every(isThrough) && sentBy(run) === before) return;
  }
}

/** How many operations have reached the server. */
function sentBy({ devices }: Run): number {
  const requests = devices.flatMap(({ network }) => network.arrived);
  return requests.reduce((sum, { operations }) => sum + operations.length, 0);
}

/** Says whether a device's pages are its user's, and have nothing to send or to load. */
function isThrough({ tabs, user }: SimulatedDevice): boolean {
  return tabs.every(({ progress }) => {
    const isCurrent = progress.user === user && !progress.replaced && !progress.outdated;
    return isCurrent && (user === null || progress.pending === 0);
  });
}

/** Everybody whose work waits on a device, or in a page of it, signs in there again. */
async function sendForOthers(run: Run, device: SimulatedDevice): Promise<void> {
  const visit = async (user: string, tab?: Tab) => {
    device.session = user;
    const page = tab ?? (await device.open());
    if (tab) run.problems.push(...(await device.hydrate(tab)));
    await run.settle();
    await run.clock.leap(MINUTES);
    if (!tab) run.problems.push(...(await device.close(page)));
  };
  // What was noted by tabs that have gone waits only once a page has looked.
  if (device.tabs.length === 0) await device.open();
  for (const tab of device.tabs) tab.page.tell('visible');
  await run.settle();
  for (const { learner } of await device.storage.waiting()) {
    const user = userOf(learner);
    if (user !== null && user !== device.user) await visit(user);
    // With no room at first, a page reads nothing of the disk later: the next one does.
    const inPage = device.tabs.filter(({ progress }) => !progress.device.durable);
    for (const tab of inPage) run.problems.push(...(await device.close(tab)));
    if (device.tabs.length === 0) await device.open();
  }
  // Of time and visits alone a page tells nobody, but they are owed all the same.
  for (const tab of device.isDurable ? [] : device.tabs) {
    const users = run.witness.learnersIn(tab.place).flatMap((learner) => userOf(learner) ?? []);
    for (const user of users) if (user !== device.user) await visit(user, tab);
  }
  device.session = device.user;
}

/** Pages are looked at, and do what they ask for: those of somebody else are loaded anew, old ones get new data. */
async function comeTogether(run: Run, device: SimulatedDevice): Promise<void> {
  for (const tab of device.tabs) {
    const { replaced, outdated, user } = tab.progress;
    tab.page.tell('visible');
    if (replaced) run.problems.push(...(await device.close(tab)));
    else if (user !== device.user) run.problems.push(...(await device.hydrate(tab)));
    // A guest's page asks the server nothing, so it hears of no other content until it is loaded.
    else if (outdated || user === null) tab.hydrate(await device.load());
    else tab.page.tell('online');
  }
  if (device.tabs.length === 0) await device.open();
}

async function touch({ server, accounts }: Run): Promise<void> {
  for (const account of accounts) {
    const { learner } = await server.export(account);
    if (learner) await server.record(account, [{ kind: 'opened', contentId: 'a' }]);
  }
}

/** Looks for what was lost, what is there too often, and who sees something else. */
export async function look(
  run: Run,
  catalogue: Catalogue,
): Promise<{ problems: string[]; statuses: string }> {
  const problems: string[] = [];
  const statuses: unknown[] = [];
  for (const account of run.accounts) {
    const kept = await run.server.export(account);
    const since = run.isEdited ? (kept.learner?.revision ?? 0) - 1 : 0;
    problems.push(...run.witness.wrong(account, kept));
    problems.push(...discrepancies(catalogue, kept, since));
    problems.push(...wrongTime(run, account, kept.progress));
    const loaded = await run.server.load(account, 'a');
    const shown = viewer(loaded);
    statuses.push(all(catalogue).map((id) => [id, shown.get(id).status]));
    for (const device of run.devices) {
      if (device.user !== account) continue;
      problems.push(...differing(device, shown, catalogue), ...(await lacking(device, loaded)));
    }
  }
  for (const device of run.devices) {
    problems.push(...changedOnTheWay(device), ...(await left(run, device)));
    // What a guest did is in one page alone where the device has no room for it, and where it was
    // deleted underneath, until that page does something again.
    const [first, ...others] = device.tabs.filter(
      ({ progress, isRobbed }) => progress.device.durable && !isRobbed,
    );
    if (device.user !== null || !first) continue;
    problems.push(...others.flatMap((tab) => different(tab.progress, first.progress, catalogue)));
  }
  return { problems, statuses: JSON.stringify(statuses) };
}

function all({ items }: Catalogue): string[] {
  return [...items.keys()];
}

/** A page that was loaded afresh and knows nothing of any device. */
function viewer(loaded: Loaded): ProgressState {
  return new ProgressState({ loaded, storage: memoryStorage(() => 'nobody') });
}

/** Where a device's pages differ from one that was loaded afresh, or still wait. */
function differing(device: SimulatedDevice, shown: ProgressState, catalogue: Catalogue): string[] {
  return device.tabs.flatMap(({ progress }) => {
    const { pending, sync } = progress;
    const waiting = pending > 0 ? [`${device.user}: ${pending} waiting, ${sync}`] : [];
    const refused = progress.attention
      .filter(({ code }) => code !== 'before_restart')
      .map(({ operation, code }) => `${device.user}: ${code} ${JSON.stringify(operation)}`);
    return [...waiting, ...refused, ...different(progress, shown, catalogue)];
  });
}

/** Rows that a device lacks, though by where its rows end it has them. */
async function lacking({ storage, user }: SimulatedDevice, loaded: Loaded): Promise<string[]> {
  const { changes, cursor } = await storage.rows(userKey(user!));
  const end = parseCursor(cursor, loaded.outline.version);
  const kept = new Map(changes.map(({ record }) => [record.contentId, record.revision]));
  return loaded.changes
    .filter(({ record: { contentId, revision } }) => {
      return revision < end.revision && (kept.get(contentId) ?? -1) < revision;
    })
    .map(({ record }) => `${user}: no row of ${record.contentId} is kept`);
}

function different(page: ProgressState, shown: ProgressState, catalogue: Catalogue): string[] {
  if (page.catalogue.version !== catalogue.version) return [`${page.user}: an old catalogue`];
  return all(catalogue).flatMap((id) => {
    const [said, should] = [page, shown].map((progress) => JSON.stringify(progress.get(id)));
    return said === should ? [] : [`${page.user}: ${said} instead of ${should}`];
  });
}

/** Work of users that still waits on a device, and work of guests that does not. */
async function left({ witness }: Run, { disk, storage }: SimulatedDevice): Promise<string[]> {
  const waiting = await storage.waiting();
  const stuck = waiting.filter(
    ({ learner, operations }) => userOf(learner) !== null && operations.length > 0,
  );
  return [
    ...stuck.map(({ learner }) => `work of ${learner} still waits`),
    ...(await witness.wrongOfGuests(disk, storage)),
  ];
}

/** Time that was spent counts once: never more, and, unless it may have been lost, never less. */
function wrongTime(
  { spent, mayLackTime, witness, devices }: Run,
  account: string,
  rows: readonly { contentId: string; state: unknown }[],
): string[] {
  const states = rows.flatMap(({ state }) => (state ? [state as ItemState] : []));
  const kept = states.flatMap((state) => Object.values(state.spent)).reduce((a, b) => a + b, 0);
  const own = spent.get(account) ?? 0;
  const most = own + (spent.get('guest') ?? 0);
  const isFull = devices.some(({ disk }) => disk.refused > 0);
  const isRight = mayLackTime || isFull || witness.lostTime ? kept <= most : kept === own;
  return isRight ? [] : [`${account}: ${kept} ms are kept of ${own}`];
}

/** What was sent under a name is never sent otherwise under it. */
function changedOnTheWay({ network, isRestored }: SimulatedDevice): string[] {
  // A copy of the storage does not know what was sent since.
  if (isRestored) return [];
  const sent = new Map<string, string>();
  return network.arrived.flatMap(({ device, operations }) =>
    operations.flatMap((operation) => {
      const [name, text] = [`${device} ${operation.seq}`, JSON.stringify(operation)];
      const before = sent.get(name) ?? text;
      sent.set(name, text);
      return before === text ? [] : [`${before} became ${text}`];
    }),
  );
}
