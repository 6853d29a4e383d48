import { applyAction } from '$app/forms';
import type { ActionResult, SubmitFunction } from '$app/forms';
import { page } from '$app/state';
import type { ProgressState } from 'sveltekit-cairn/client';
import { accountMessages, messages } from '../messages.ts';
import { pathOnThisSite } from '../same-origin.ts';
import type { Refused } from './answer.ts';
import { whoIsHere } from './who-is-here.ts';

type Answered = Exclude<Awaited<ReturnType<SubmitFunction>>, void>;

/** What the forms of a site do around sending; each step may be left out. */
export interface Steps {
  /** Comes before anything is sent; where it fails, nothing is. */
  before?: () => Promise<unknown>;
  /** Follows on the site's own answer. Default: what SvelteKit does. */
  then?: Answered;
  /** Finds out what became of a form without a proper answer. Null: it has led on by itself. */
  lost?: (refusal: Refused) => Promise<Refused | null>;
  /** Says why it was not done. Default: the page's `form` has it, like any refusal. */
  say?: (refusal: Refused) => unknown;
}

/** Milliseconds that an answer may take: whoever waits longer wants to do something about it. */
const PATIENCE = 60_000;

/**
 * Has a form sent without leaving its page: what `use:enhance` takes. Where SvelteKit would show its
 * error page instead, since the site failed or somebody else answered, the form stays with what is
 * typed in it, and says so. While it is on its way it is busy, and not sent a second time.
 */
export function submitInPlace(steps: Steps = {}): SubmitFunction {
  const { before, then = asUsual, lost, say = sayInForm } = steps;
  return async ({ formElement: form, controller, cancel }) => {
    if (form.ariaBusy !== null) return cancel();
    form.ariaBusy = 'true';

    async function fail(error?: App.Error) {
      const refusal = lost ? await lost(notDone(error)) : notDone(error);
      form.ariaBusy = null;
      // Perhaps the form was left meanwhile.
      if (refusal && form.isConnected) await say(refusal);
    }
    try {
      await before?.();
    } catch {
      cancel();
      form.ariaBusy = null;
      await say(notProper(accountMessages.refused.unavailable));
      return;
    }
    const tooLong = setTimeout(() => {
      controller.abort();
      void fail();
    }, PATIENCE);

    return async (answered) => {
      clearTimeout(tooLong);
      const result = answered.result as ActionResult | undefined;
      if (!isOurs(result)) return fail(result?.type === 'error' ? result.error : undefined);
      await Promise.resolve(then(answered)).finally(() => (form.ariaBusy = null));
    };
  };
}

const asUsual: Answered = ({ update }) => update();

/** The same for a form by which somebody signs in: who it is, the device learns from the next page. */
export function signInInPlace(device: ProgressState['device'], then: Answered = asUsual) {
  return submitInPlace({
    before: () => forgetReader(device),
    then,
    lost: async (refusal) => {
      // The answer broke off after its cookie had come.
      if (!(await whoIsHere())) return refusal;
      location.assign(pathOnThisSite(page.url.searchParams.get('to')));
      return null;
    },
  });
}

/** Has the device forget who is here. Where that cannot be written down, nothing else is. */
export function forgetReader(device: ProgressState['device']): Promise<void> {
  return device.forget().catch(() => undefined);
}

/** Shows a refusal in the page's `form`, beside what that holds of the fields; nothing was done. */
export async function sayInForm(refusal: Refused): Promise<void> {
  const form = page.form as Record<string, unknown> | null;
  const data = { ...form, isDone: false, refusal };
  await applyAction({ type: 'failure', status: refusal.status, data, location: page.url.href });
}

/**
 * Says whether a result is what the site answers to a form that it understood. What somebody on the way
 * answers need not be one at all, and where they redirect to is a whole address.
 */
function isOurs(result: ActionResult | undefined): boolean {
  if (result?.type === 'redirect') return result.location.startsWith('/');
  return result?.type === 'success' || result?.type === 'failure';
}

function notDone(error: App.Error | undefined): Refused {
  const trace = error?.traceId && ` ${messages.errors.trace} ${error.traceId}`;
  return notProper(accountMessages.refused.notDone + (trace ?? ''));
}

/** A refusal in these words where no proper answer came. */
export function notProper(detail: string): Refused {
  return { ok: false, status: 503, code: 'unavailable', detail };
}
