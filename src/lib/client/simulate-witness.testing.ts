import type { ItemState, Operation, OperationKind } from '../core/index.ts';
import { isLogged } from '../core/index.ts';
import type { LearnerExport } from '../server/queries.ts';
import type { DeviceStorage, LearnerKey } from './device-storage.ts';
import { userKey, userOf } from './device-storage.ts';
import type { KeyValue } from './key-value.ts';
import type { Note, TimedAct } from './outbox.ts';

/** What an act and its operation have in common. */
interface Done {
  contentId: string;
  kind: OperationKind;
  at: number;
}

/**
 * Something that was done, known by when: clocks are set so that no two things are done at the same
 * time. It keeps its time when it gets another number, another device or another learner.
 */
interface Deed extends Done {
  /** Whose it is. More than one only when a device was restored and gave it away twice. */
  learners: Set<LearnerKey>;
  /**
   * `owed` until the server has answered; what was `forgiven` may be there or not: its learner has
   * deleted it, or it was lost in a way of which the page had warned.
   */
  state: 'owed' | 'acknowledged' | 'refused' | 'forgiven';
  /** The disk or the tab where it waits. */
  holder: object;
  /** A device that was restored may send it again under another name. */
  mayRepeat: boolean;
}

/** Notes all that is ever put into an outbox, and says in the end what has become of it. */
export interface Witness {
  /** Values that keep what they kept; what waits there is noted. */
  values(values: KeyValue, holder: object): KeyValue;
  /** A page's storage that does what it did; what it leaves to its page, and what it drops, is noted. */
  storage(storage: DeviceStorage, page: object): DeviceStorage;
  /** A user, or with null a guest, does something at this time. */
  acts(user: string | null, at: number): void;
  /** How much waits only there. */
  waitingIn(holder: object): number;
  /** Whose it is. */
  learnersIn(holder: object): LearnerKey[];
  /** What waits there is lost, and nobody is to blame; of some learners alone, where they are given. */
  forgive(holder: object, isOf?: (learner: LearnerKey) => boolean): void;
  /** What has no number there yet is lost: the page did not promise it. */
  forgiveUnnumbered(holder: object): void;
  /** A place is gone with all that waits there, and with what is still on its way into it. */
  bury(holder: object): void;
  /** Time that was spent was refused, deleted or lost with a warning. */
  readonly lostTime: boolean;
  /** What pages know of a place waits in another from now on. */
  move(from: object, to: object): void;
  /** A device was put back to what an older copy of its storage holds. */
  restored(holder: object, storage: DeviceStorage): Promise<void>;
  /** What a user's log and rows lack, and what they hold too much. */
  wrong(user: string, kept: LearnerExport): string[];
  /** Guests' work that was there and is not, and what has become a user's and is still there. */
  wrongOfGuests(holder: object, storage: DeviceStorage): Promise<string[]>;
}

/** Makes a witness who has seen nothing yet. */
export function createWitness(happened: (what: string) => void): Witness {
  const deeds = new Map<string, Deed>();
  const actors = new Map<number, string | null>();
  /** Names of what is kept and has no number yet. */
  const unnumbered = new Set<string>();
  const notes = new Map<Note, readonly TimedAct[]>();
  const gone = new WeakSet();
  /** Whose work the step that begins now deletes, by their own will. */
  let discarded: LearnerKey | null = null;
  /** Deletes a learner's work as they wish. */
  const deleting = (learner: LearnerKey, work: () => Promise<void>): Promise<void> => {
    discarded = learner;
    const done = work();
    discarded = null;
    return done;
  };

  const note = (learner: LearnerKey, operation: Done, holder: object) => {
    const { contentId, kind, at } = operation;
    unnumbered.delete(nameOf(operation));
    const known = deeds.get(nameOf(operation));
    if (!known) {
      const state = gone.has(holder) ? 'forgiven' : 'owed';
      const learners = new Set([learner]);
      const deed = { contentId, kind, at, learners, state, holder, mayRepeat: false } as const;
      deeds.set(nameOf(operation), deed);
      return;
    }
    known.holder = holder;
    // A guest's work has been added to an account.
    if (!known.mayRepeat && userOf(learner) !== null) known.learners.clear();
    known.learners.add(learner);
  };
  /** Joined with an older one it would keep that one's name; what is logged never is. */
  const noteUnnumbered = (learner: LearnerKey, acts: readonly TimedAct[], holder: object) => {
    for (const act of acts) {
      const name = nameOf(act);
      // Slower than the number that took its place.
      if (!isLogged(act.kind) || (deeds.has(name) && !unnumbered.has(name))) continue;
      note(learner, act, holder);
      unnumbered.add(name);
    }
  };
  /** What is dropped and got no number on the disk has one in the page. */
  const keepInPage = (acts: readonly TimedAct[], page: object) => {
    for (const act of acts) {
      const deed = deeds.get(nameOf(act));
      if (deed && unnumbered.delete(nameOf(act))) deed.holder = page;
    }
  };
  const deedsOf = (operations: readonly Operation[]) =>
    operations.flatMap((operation) => deeds.get(nameOf(operation)) ?? []);
  const workOf = async (storage: DeviceStorage, learner: LearnerKey) =>
    (await storage.waiting()).find((each) => each.learner === learner)?.operations ?? [];
  const owedIn = (holder: object) =>
    [...deeds.values()].filter((deed) => deed.state === 'owed' && deed.holder === holder);
  const forgive: Witness['forgive'] = (holder, isOf = () => true) => {
    for (const deed of owedIn(holder)) {
      if ([...deed.learners].some(isOf)) deed.state = 'forgiven';
    }
  };

  return {
    acts: (user, at) => void actors.set(at, user),
    forgive,
    waitingIn: (holder) => owedIn(holder).length,
    learnersIn: (holder) => [...new Set(owedIn(holder).flatMap(({ learners }) => [...learners]))],
    forgiveUnnumbered: (holder) => {
      for (const deed of owedIn(holder)) {
        if (unnumbered.has(nameOf(deed))) deed.state = 'forgiven';
      }
    },
    bury: (holder) => {
      gone.add(holder);
      forgive(holder);
    },
    get lostTime() {
      return [...deeds.values()].some(
        ({ kind, state }) => kind === 'spent' && (state === 'refused' || state === 'forgiven'),
      );
    },
    move: (from, to) => {
      for (const deed of owedIn(from)) {
        // What no page had time to number, no page knows.
        if (unnumbered.has(nameOf(deed))) deed.state = 'forgiven';
        else deed.holder = to;
      }
    },

    values: (values, holder) => ({
      ...values,
      write: (step) => {
        const unwanted = discarded;
        return values.write(async (writes) => {
          const put: [LearnerKey, Operation][] = [];
          const noted: [LearnerKey, TimedAct[]][] = [];
          const result = await step({
            ...writes,
            put: (key, value) => {
              const learner = key[1] as LearnerKey;
              if (key[0] === 'operation') put.push([learner, value as Operation]);
              if (key[0] === 'noted') noted.push([learner, value as TimedAct[]]);
              return writes.put(key, value);
            },
            clear: (prefix) => {
              if (prefix[1] === unwanted) forgive(holder, (learner) => learner === unwanted);
              return writes.clear(prefix);
            },
          });
          for (const [learner, operation] of put) note(learner, operation, holder);
          for (const [learner, acts] of noted) noteUnnumbered(learner, acts, holder);
          return result;
        });
      },
    }),

    storage: (storage, page) => ({
      ...storage,
      note: (learner, acts) => {
        const made = storage.note(learner, acts);
        const drop = () => {
          keepInPage(acts, page);
          made.drop();
        };
        const watched = { ...made, drop };
        notes.set(watched, acts);
        return watched;
      },
      outbox: async (learner) => {
        const outbox = await storage.outbox(learner);
        return {
          ...outbox,
          add: async (acts, noted) => {
            // Made again with all that came before, it may be nothing any more.
            const names = new Set(acts.map(nameOf));
            for (const act of (noted && notes.get(noted)) ?? []) {
              const name = nameOf(act);
              if (!names.has(name) && unnumbered.delete(name)) deeds.delete(name);
            }
            const kept = await outbox.add(acts, noted);
            for (const each of kept ?? []) {
              const name = nameOf(each);
              if (!deeds.has(name) || unnumbered.has(name)) note(learner, each, page);
            }
            return kept;
          },
          acknowledge: async (device, results) => {
            const operations = await outbox.unacknowledged();
            for (const { seq, status } of results) {
              const named = operations.filter((one) => one.device === device && one.seq === seq);
              for (const deed of deedsOf(named)) {
                if (deed.state !== 'owed') continue;
                deed.state = status === 'rejected' ? 'refused' : 'acknowledged';
              }
            }
            await outbox.acknowledge(device, results);
          },
          discard: () => deleting(learner, outbox.discard),
          renew: async (renewal) => {
            happened('took another name');
            await outbox.renew(renewal);
          },
        };
      },
      recover: async (now) => {
        const isThere = await storage.recover(now);
        if (isThere) happened('a mark had no number when its tab was gone');
        return isThere;
      },
      adopt: async (guest, user) => {
        const work = await workOf(storage, guest);
        const dropped = work.filter((operation) => !isCarried(operation, work));
        for (const deed of deedsOf(dropped)) deed.state = 'forgiven';
        await storage.adopt(guest, user);
      },
      discard: (learner) => deleting(learner, () => storage.discard(learner)),
    }),

    restored: async (holder, storage) => {
      const lost = new Set(owedIn(holder));
      for (const { learner, operations } of await storage.waiting()) {
        for (const deed of deedsOf(operations)) {
          lost.delete(deed);
          deed.learners.add(learner);
          deed.mayRepeat = true;
        }
      }
      for (const deed of lost) deed.state = 'forgiven';
    },

    wrong: (user, { operations, progress }) => {
      const logged = Map.groupBy(operations, nameOf);
      const seen = new Set(
        progress
          .filter(({ state }) => state && (state as ItemState).lastAccessed !== null)
          .map(({ contentId }) => contentId),
      );
      const owed = [...deeds.values()].filter(
        ({ state, learners }) =>
          (state === 'owed' || state === 'acknowledged') && learners.has(userKey(user)),
      );
      const lost = owed.filter(({ kind, contentId, at, mayRepeat, learners }) => {
        if (mayRepeat && learners.size > 1) return false;
        return isLogged(kind) ? !logged.has(nameOf({ kind, contentId, at })) : !seen.has(contentId);
      });
      const foreign = operations.filter((entry) => {
        const deed = deeds.get(nameOf(entry));
        return !deed?.learners.has(userKey(user)) && actors.get(entry.at) !== user;
      });
      const repeated = [...logged].filter(
        ([name, entries]) => entries.length > 1 && !deeds.get(name)?.mayRepeat,
      );
      return [
        ...lost.map((deed) => `${user}: no trace of ${nameOf(deed)}`),
        ...foreign.map((entry) => `${user}: ${nameOf(entry)} is somebody else's`),
        ...repeated.map(([name, { length }]) => `${user}: ${name} is in the log ${length} times`),
      ];
    },

    wrongOfGuests: async (holder, storage) => {
      const waiting = (await storage.waiting()).filter(({ learner }) => !isUser(learner));
      const there = new Set(deedsOf(waiting.flatMap(({ operations }) => operations)));
      const lost = owedIn(holder)
        .filter(({ kind, learners }) => isLogged(kind) && ![...learners].some(isUser))
        .filter((deed) => !there.has(deed));
      const kept = [...there].filter(
        ({ mayRepeat, learners }) => !mayRepeat && [...learners].some(isUser),
      );
      return [
        ...lost.map((deed) => `a guest: ${nameOf(deed)} is gone`),
        ...kept.map((deed) => `a guest: ${nameOf(deed)} is still there`),
      ];
    },
  };
}

function isUser(learner: LearnerKey): boolean {
  return userOf(learner) !== null;
}

/** Work of a guest goes to an account unless the guest has started that item again since. */
function isCarried({ kind, contentId, epoch = 0 }: Operation, work: readonly Operation[]): boolean {
  const restarts = work.filter((each) => each.kind === 'restarted' && each.contentId === contentId);
  return kind !== 'restarted' && restarts.every((restart) => epoch > (restart.epoch ?? 0));
}

function nameOf({ contentId, kind, at }: Omit<Done, 'kind'> & { kind: string }): string {
  return `${kind} ${contentId} at ${at}`;
}
