import type { ProgressServer } from '../server/index.ts';
import type { FakeClock } from './clock.testing.ts';
import type { SimulatedDevice } from './simulate-device.testing.ts';
import type { Witness } from './simulate-witness.testing.ts';

/** A run under way. */
export interface Run {
  server: ProgressServer;
  clock: FakeClock;
  settle: () => Promise<void>;
  witness: Witness;
  devices: SimulatedDevice[];
  /** The ids of `PEOPLE` in this run. */
  accounts: string[];
  /** What the server has, a place in `CONTENTS`. */
  content: number;
  /** The content has changed on the way. */
  isEdited: boolean;
  /** Milliseconds that were spent, by account; null when some may have been lost. */
  spent: Map<string, number>;
  mayLackTime: boolean;
  problems: string[];
  happened: (what: string) => void;
}
