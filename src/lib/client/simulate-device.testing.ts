import type { Loaded } from '../core/index.ts';
import type { FakeBrowser } from './browser.testing.ts';
import { createBrowser } from './browser.testing.ts';
import type { FakeClock } from './clock.testing.ts';
import type { DeviceStorage, LearnerKey } from './device-storage.ts';
import { userKey } from './device-storage.ts';
import { keptStorage } from './kept-storage.ts';
import { memoryKeyValue } from './key-value-memory.ts';
import type { Network } from './network.testing.ts';
import { createNetwork } from './network.testing.ts';
import type { DevicePlan } from './simulate-history.testing.ts';
import type { Disk } from './simulate-disk.testing.ts';
import { createDisk } from './simulate-disk.testing.ts';
import type { Tab } from './simulate-tab.testing.ts';
import { openTab } from './simulate-tab.testing.ts';
import type { Witness } from './simulate-witness.testing.ts';

/** A device in the hands of its learners. */
export interface SimulatedDevice {
  readonly network: Network;
  readonly disk: Disk;
  /** Where that is which has no numbers yet. */
  readonly notes: Disk;
  /** All that is on the disk, for whoever looks from outside. */
  readonly storage: DeviceStorage;
  readonly browser: FakeBrowser;
  /** What it keeps outlives the page, and is the same in all tabs. */
  readonly isDurable: boolean;
  /** Its storage was put back to a copy once. */
  readonly isRestored: boolean;
  /** Who uses it, as the person sees it. */
  user: string | null;
  /** Whose cookie it has; null also when the session has expired. */
  session: string | null;
  readonly tabs: readonly Tab[];
  /** A page can be had from the server. */
  readonly isOnline: boolean;
  /** Opens a tab: with the page of the server, or, offline, with the copy that the device keeps. */
  open(): Promise<Tab>;
  /** What the server loads for whoever is signed in. */
  load(): Promise<Loaded>;
  /** The page is left as a browser leaves it. Says what is wrong with that. */
  close(tab: Tab): Promise<string[]>;
  deleteStorage(): Promise<void>;
  /** Deletes what has no numbers yet. */
  deleteNotes(): Promise<void>;
  /** Remembers all that is kept. */
  backUp(): Promise<void>;
  /** Another learner comes in a tab, without a reload. Says what is wrong with that. */
  hydrate(tab: Tab): Promise<string[]>;
  /** Puts the storage back to its backup, all tabs closed. Says whether there was one. */
  restoreStorage(): Promise<boolean>;
}

/** What a device stands in. */
export interface Surroundings {
  clock: FakeClock;
  settle: () => Promise<void>;
  newId: () => string;
  witness: Witness;
  /** The page without anybody's progress, as a service worker keeps it. */
  shell: () => Loaded;
  load: (user: string | null) => Promise<Loaded>;
  sync: (request: Request, session: string | null) => Promise<Response>;
  /** Milliseconds that tell apart what is done at the same time. */
  tick: () => number;
  /** How a page's code sees its storage. */
  dress: (storage: DeviceStorage) => DeviceStorage;
  happened: (what: string) => void;
}

const DAY = 24 * 60 * 60_000;

/** Makes a device on which nothing is open yet. */
export function createDevice(
  plan: Omit<DevicePlan, 'user'> & { user: string | null },
  around: Surroundings,
): SimulatedDevice {
  const { witness, newId, clock, settle, happened } = around;
  const [disk, notes] = [createDisk(plan.slow), createDisk(plan.slowNotes)];
  const browser = createBrowser(newId);
  const network = createNetwork((request) => around.sync(request, device.session));
  const shared = {
    kept: witness.values(disk.values, disk),
    notes: witness.values(notes.values, disk),
  };
  const storage = keptStorage(shared.kept, newId, shared.notes);
  /** Holds what the open pages know of a storage that was deleted. */
  const limbo = {};
  let tabs: Tab[] = [];
  let isRestored = false;
  let shell: Loaded | null = null;

  const learnerOf = async ({ progress: { user } }: Tab): Promise<LearnerKey> =>
    user === null ? here() : userKey(user);
  const here = () => disk.values.read((values) => values.get(['here']) as Promise<LearnerKey>);
  const bury = (tab: Tab) => {
    tabs = tabs.filter((each) => each !== tab);
    witness.bury(tab.place);
    if (tab.isRobbed) witness.forgive(limbo);
  };

  /** A page that alone holds something must have said so. */
  const warned = ({ progress, place }: Tab): string[] => {
    const waiting = witness.waitingIn(place);
    if (waiting === 0) return [];
    happened('lost with a warning');
    return progress.device.durable ? [`a page said that ${waiting} deeds were safe`] : [];
  };

  /** What a page keeps where the browser keeps nothing. */
  const ofPage = (place: object) => {
    const [kept, notes] = [memoryKeyValue(), memoryKeyValue()];
    return { kept: witness.values(kept, place), notes: witness.values(notes, place) };
  };

  const device: SimulatedDevice = {
    network,
    disk,
    notes,
    storage,
    browser,
    isDurable: plan.durable,
    get isRestored() {
      return isRestored;
    },
    user: plan.user,
    session: plan.user,
    get tabs() {
      return tabs;
    },
    get isOnline() {
      return network.always === null || shell === null;
    },
    load: () => {
      shell = around.shell();
      return around.load(device.session);
    },
    open: async () => {
      const place = {};
      const tab = openTab({
        place,
        loaded: device.isOnline ? await device.load() : { ...shell!, copy: true },
        places: plan.durable ? shared : ofPage(place),
        dress: (inner) => around.dress(witness.storage(inner, place)),
        browser,
        network,
        timer: clock.timer,
        now: () => clock.now() + plan.clockOff * DAY + around.tick(),
        newId,
        onGone: () => {
          happened('tab gone in the middle of a call');
          bury(tab);
        },
      });
      tabs = [...tabs, tab];
      return tab;
    },
    hydrate: async (tab) => {
      await settle();
      // What found no room, and what was deleted underneath, goes with the learner.
      const problems = plan.durable ? warned(tab) : [];
      if (plan.durable) witness.forgive(tab.place);
      witness.forgive(limbo);
      tab.hydrate(await device.load());
      return problems;
    },
    close: async (tab) => {
      tab.page.tell('pagehide');
      await settle();
      if (tab.isGone) return [];
      const problems = warned(tab);
      if (network.busy + network.held > 0) happened('tab closed with a request on its way');
      tab.crash();
      bury(tab);
      return problems;
    },

    deleteStorage: async () => {
      await settle();
      const waiting = await storage.waiting();
      const known = new Set<LearnerKey>();
      for (const tab of tabs) {
        const learner = await learnerOf(tab);
        const work = waiting.find((each) => each.learner === learner)?.operations ?? [];
        if (tab.progress.pending >= work.length) known.add(learner);
        tab.isRobbed = true;
      }
      witness.forgive(disk, (learner) => !known.has(learner));
      witness.move(disk, limbo);
      disk.delete();
      notes.delete();
      if (waiting.length > 0 && tabs.length > 0) happened('storage deleted underneath');
    },
    deleteNotes: async () => {
      const noted = await notes.values.read((values) => values.list(['noted']));
      if (noted.length > 0) happened('notes deleted underneath');
      witness.forgiveUnnumbered(disk);
      notes.delete();
    },
    // Notes first: one that gets its number meanwhile has a receipt.
    backUp: async () => {
      await notes.backUp();
      await disk.backUp();
    },
    restoreStorage: async () => {
      for (const tab of tabs) {
        tab.crash();
        bury(tab);
      }
      network.release();
      await settle();
      if (!(await disk.restore()) || !(await notes.restore())) return false;
      await storage.recover(0);
      isRestored = true;
      await witness.restored(disk, storage);
      return true;
    },
  };
  return device;
}
