import type { Loaded } from '../core/index.ts';
import { createCatalogue, isUnit } from '../core/index.ts';
import { createProgressServer, sqlite } from '../server/index.ts';
import { createUsers } from '../server/queries.testing.ts';
import { createClock } from './clock.testing.ts';
import type { DeviceStorage } from './device-storage.ts';
import type { Fault } from './network.testing.ts';
import type { SimulatedDevice } from './simulate-device.testing.ts';
import { createDevice } from './simulate-device.testing.ts';
import type {
  Act,
  Decision,
  DeviceEvent,
  History,
  Person,
  Step,
  TabEvent,
} from './simulate-history.testing.ts';
import { CONTENTS, ITEMS, PEOPLE } from './simulate-history.testing.ts';
import { heal, look } from './simulate-end.testing.ts';
import type { Run } from './simulate-run.testing.ts';
import type { Tab } from './simulate-tab.testing.ts';
import { createWitness } from './simulate-witness.testing.ts';
import { keepGlobals } from './stage.testing.ts';
import { hearUnheard } from './unheard.testing.ts';
import { START } from './world.testing.ts';

/** What a run came to. */
export interface Outcome {
  /** What is not as it must be once everything is whole again. */
  problems: string[];
  /** How often each thing that can go wrong did. */
  happened: Map<string, number>;
  /** The status of every item, by account. */
  statuses: string;
}

/** One server and one database, on which history after history is played by learners of its own. */
export interface Arena {
  play(history: History, dress?: Dress): Promise<Outcome>;
  close(): Promise<void>;
}

/** Changes how a page's code sees its storage: a mutant. */
export type Dress = (storage: DeviceStorage) => DeviceStorage;

const RUNS_AT_ONCE = 100;
const accountsOf = (run: number) => PEOPLE.map((name) => `${name}-${run}`);

const CATALOGUES = CONTENTS.map((content) => createCatalogue(content));

/** Makes an arena. */
export async function createArena(): Promise<Arena> {
  let content = 0;
  let runs = 0;
  let devices: readonly SimulatedDevice[] = [];
  const settle = async () => {
    do await new Promise(setImmediate);
    while (devices.some(isBusy));
  };
  const clock = createClock(START, settle);
  const database = sqlite(':memory:');
  await createUsers(database, { table: 'users', key: 'id', type: 'text' });
  const server = createProgressServer({
    catalogue: () => CATALOGUES[content]!,
    database,
    identify: () => null,
    now: clock.now,
    grade: (_, answers) => (answers === 'right' ? 100 : 0),
    onError: (error) => {
      throw error;
    },
  });
  await server.migrate();
  /** Makes the accounts of the runs that come, and deletes those before with all that is theirs. */
  const changeUsers = async (run: number) => {
    const ids = Array.from({ length: RUNS_AT_ONCE }, (_, n) => accountsOf(run + n)).flat();
    await database.kysely.deleteFrom('users').execute();
    await database.kysely
      .insertInto('users')
      .values(ids.map((id) => ({ id })))
      .execute();
  };
  const shells: Loaded[] = [];
  for (content = 0; content < CONTENTS.length; content++) shells.push(await server.load(null, 'a'));
  const restoreGlobals = keepGlobals();
  let unheard: unknown[] = [];
  // A page is told when its disk is too full for what it must write, and tries again.
  const restoreListeners = hearUnheard((error) => {
    if ((error as Error).name !== 'QuotaExceededError') unheard.push(error);
  });

  return {
    play: async (history, dress = (storage) => storage) => {
      if (runs % RUNS_AT_ONCE === 0) await changeUsers(runs);
      const accounts = accountsOf(runs++);
      unheard = [];
      clock.reset(START);
      let ids = 0;
      const happened = new Map<string, number>();
      const note = (what: string) => void happened.set(what, (happened.get(what) ?? 0) + 1);
      const run: Run = {
        server,
        clock,
        settle,
        witness: createWitness(note),
        devices: [],
        accounts,
        get content() {
          return content;
        },
        set content(next) {
          content = next;
        },
        isEdited: false,
        spent: new Map(),
        mayLackTime: false,
        problems: [],
        happened: note,
      };
      run.content = 0;
      let ticks = 0;
      const surroundings = {
        ...run,
        dress,
        tick: () => ticks,
        newId: () => `id-${String(++ids).padStart(8, '0')}`,
        shell: () => shells[content]!,
        load: (user: string | null) => server.load(user, 'a'),
        sync: async (request: Request, session: string | null) => {
          const response = await server.endpoints.sync(request, session);
          if (response.status !== 200) run.happened(`our server answers ${response.status}`);
          return response;
        },
      };
      run.devices = history.devices.map((plan) =>
        createDevice({ ...plan, user: accountOf(run, plan.user) }, surroundings),
      );
      ({ devices } = run);
      for (const device of devices) await device.open();
      await settle();
      for (const device of devices) await device.backUp();
      for (const step of history.steps) {
        ticks++;
        await happen(run, step);
        // Tabs of two learners that act in the very moment of a sign-in push each other aside.
        const isSignIn = typeof step.what === 'object' && 'signIn' in step.what;
        if (!step.atOnce || isSignIn) await settle();
      }
      for (const { network, disk, notes } of devices) {
        if (disk.refused > 0) run.happened('found no room');
        if (notes.refused > 0) run.happened('could not be noted');
        for (const fault of network.happened) run.happened(nameOf(fault));
      }
      await heal(run);
      const { problems, statuses } = await look(run, CATALOGUES[content]!);
      const failures = unheard.map((error) => `a failure that nobody heard of: ${String(error)}`);
      return { problems: [...run.problems, ...failures, ...problems], happened, statuses };
    },
    close: async () => {
      await server.close();
      restoreGlobals();
      restoreListeners();
    },
  };
}

function isBusy({ network, browser, disk, notes }: SimulatedDevice): boolean {
  return network.busy + browser.busy + disk.busy + notes.busy > 0;
}

function accountOf(run: Run, person: Person | null): string | null {
  return person === null ? null : run.accounts[PEOPLE.indexOf(person)]!;
}

/** What a fault is called among the things that happened. */
export function nameOf(fault: Fault): string {
  if (typeof fault === 'string') return fault;
  return fault.status === 200 ? 'captive portal' : `answered ${fault.status}`;
}

async function happen(run: Run, step: Step): Promise<void> {
  const { what } = step;
  const device = run.devices[step.device % run.devices.length]!;
  if (typeof what === 'object' && 'pause' in what) return run.clock.leap(what.pause);
  if (typeof what === 'object' && 'publish' in what) {
    if (run.content !== what.publish) run.happened('content published anew');
    run.isEdited ||= run.content !== what.publish;
    run.content = what.publish;
    return;
  }
  const tab = device.tabs[step.tab % device.tabs.length] ?? (await device.open());
  if (typeof what === 'object' && 'act' in what) {
    if (device.disk.busy > 0) run.happened('acted while the disk was busy');
    act(run, tab, { ...what, atOnce: step.atOnce });
  } else if (isTabEvent(what)) await happenToTab(run, device, { tab, event: what });
  else await happenToDevice(run, device, { tab, event: what });
}

/** Lets a learner do something; when it is kept is the page's business. */
function act(run: Run, tab: Tab, { act, item, atOnce }: Act & { atOnce: boolean }): void {
  const { progress, page } = tab;
  const target = progress.catalogue.items.get(ITEMS[item % ITEMS.length]!);
  if (!target) return;
  const { id } = target;
  const noteFailure = (error: unknown) => run.problems.push(`${act} failed: ${String(error)}`);
  run.witness.acts(progress.user, tab.now());
  page.run(() => {
    if (act === 'complete' || act === 'reopen' || act === 'restart') {
      progress[act](id).catch(noteFailure);
    } else if (!isUnit(target)) return;
    else if (act === 'open') progress.open(id).catch(noteFailure);
    else if (act === 'advance') progress.advance(id, 60).catch(noteFailure);
    else if (act === 'save') progress.save(id, { line: run.clock.now() }).catch(noteFailure);
    else if (act === 'spend') {
      const who = progress.user ?? 'guest';
      run.spent.set(who, (run.spent.get(who) ?? 0) + 1_000);
      run.mayLackTime ||= atOnce || progress.user === null || progress.replaced;
      progress.spend(id, 1_000).catch(noteFailure);
    } else if (target.type === 'exercise') {
      const isRight = act === 'attempt';
      const result = target.graded
        ? { answers: isRight ? 'right' : 'wrong' }
        : { score: isRight ? 80 : 20 };
      progress.attempt(id, result).catch(noteFailure);
    }
  });
}

const TAB_EVENTS: readonly unknown[] = ['new tab', 'close', 'reload', 'hide', 'show', 'late data'];

function isTabEvent(what: TabEvent | DeviceEvent): what is TabEvent {
  return typeof what === 'object' ? 'crash' in what : TAB_EVENTS.includes(what);
}

async function happenToTab(
  run: Run,
  device: SimulatedDevice,
  { tab, event }: { tab: Tab; event: TabEvent },
): Promise<void> {
  if (typeof event === 'object') {
    run.mayLackTime = true;
    return tab.crash(event.crash);
  }
  if (event === 'hide') return tab.page.tell('hidden');
  if (event === 'show') return tab.page.tell('visible');
  if (event === 'late data') {
    const late = tab.loaded.findLast(({ user, copy }) => !copy && user === tab.progress.user);
    if (!late || late === tab.loaded[0]) return;
    run.happened('older data hydrated late');
    return tab.hydrate(late);
  }
  if (event !== 'new tab') run.problems.push(...(await device.close(tab)));
  if (event !== 'close' && device.tabs.length < 3) await device.open();
}

async function happenToDevice(
  run: Run,
  device: SimulatedDevice,
  { tab, event }: { tab: Tab; event: DeviceEvent },
): Promise<void> {
  const { network, disk, notes } = device;
  if (typeof event === 'object' && 'offer' in event) {
    if ('signIn' in event) await signIn(run, device, { tab, user: accountOf(run, event.signIn) });
    // On a full disk nothing can be decided, and the page says so.
    return disk.isFull ? undefined : decide(run, tab, event.offer);
  }
  if (typeof event === 'object') {
    if (event.always) network.always = event.fault;
    else network.next.push(event.fault);
    return;
  }
  const noteFailure = (error: unknown) => run.problems.push(`${event} failed: ${String(error)}`);
  switch (event) {
    case 'network heals':
      network.always = null;
      network.next = [];
      return tab.page.tell('online');
    case 'held requests arrive':
      return network.release();
    case 'session expires':
      device.session = null;
      return;
    case 'session is renewed':
      return signIn(run, device, { tab, user: device.user });
    case 'storage is deleted':
      run.mayLackTime = true;
      return device.deleteStorage();
    case 'storage is full':
      disk.isFull = true;
      return;
    case 'notes are deleted':
      return device.deleteNotes();
    case 'notes are full':
      notes.isFull = true;
      return;
    case 'storage has room':
      disk.isFull = notes.isFull = false;
      return;
    case 'back up':
      await run.settle();
      return device.backUp();
    case 'restore':
      if (disk.isFull || !device.isOnline || device.session !== device.user) return;
      if (await device.restoreStorage()) {
        await device.open();
        run.happened('storage restored from a copy');
        run.mayLackTime = true;
      }
      return;
    case 'discard own work':
      if (tab.progress.pending > 0) run.happened('own work discarded');
      run.mayLackTime = true;
      return void tab.progress.device.discardOwn().catch(noteFailure);
  }
}

/** Somebody signs in or out in a tab; the others hear of it. */
async function signIn(
  run: Run,
  device: SimulatedDevice,
  { tab, user }: { tab: Tab; user: string | null },
): Promise<void> {
  if (!device.isOnline) return;
  if (device.user !== user) run.happened('somebody else signed in');
  device.user = user;
  device.session = user;
  run.problems.push(...(await device.hydrate(tab)));
}

/** Says what becomes of a guest's work. */
async function decide(run: Run, { progress: { device } }: Tab, decision: Decision): Promise<void> {
  await run.settle();
  const [offer] = device.offers;
  if (!offer || decision === 'left') return;
  run.happened(`work of a guest ${decision}`);
  const decisions = { added: device.add, discarded: device.discard, 'put off': device.putOff };
  const noteFailure = (error: unknown) => run.problems.push(`not ${decision}: ${String(error)}`);
  decisions[decision].call(device, offer).catch(noteFailure);
}
