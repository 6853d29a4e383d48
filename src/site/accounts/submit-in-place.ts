import { applyAction } from '$app/forms';
import type { ActionResult, SubmitFunction } from '$app/forms';
import { page } from '$app/state';
import type { ProgressState } from 'sveltekit-cairn/client';
import { accountMessages, messages } from '../messages.ts';
import type { Refused } from './answer.ts';

type Device = ProgressState['device'];
type Answered = Exclude<Awaited<ReturnType<SubmitFunction>>, void>;

/**
 * Has a form sent without leaving its page: what `use:enhance` takes. Where SvelteKit would show its
 * error page instead, since the site failed or somebody else answered, the form stays with what is
 * typed in it, and says so. `then` does what follows on the site's own answer.
 */
export function submitInPlace(then: Answered = ({ update }) => update()): SubmitFunction {
  return () => async (answered) => {
    // What somebody on the way answers need not be a result at all.
    const result = answered.result as ActionResult | undefined;
    if (result && RESULTS.includes(result.type)) return then(answered);
    const refusal = notDone(result?.type === 'error' ? result.error : undefined);
    const form = page.form as Record<string, unknown> | null;
    await applyAction({
      type: 'failure',
      status: refusal.status,
      data: { ...form, refusal },
      location: page.url.href,
    });
  };
}

/** The same for a form by which somebody signs in: who it is, the device learns from the next page. */
export function signInInPlace(device: Device, then?: Answered): SubmitFunction {
  const submit = submitInPlace(then);
  return async (form) => {
    // Where that cannot be written down, nothing else is.
    await device.forget().catch(() => undefined);
    return submit(form);
  };
}

/** What the site answers to a form that it understood. */
const RESULTS = ['success', 'failure', 'redirect'];

function notDone(error: App.Error | undefined): Refused {
  const trace = error?.traceId && ` ${messages.errors.trace} ${error.traceId}`;
  const detail = accountMessages.refused.notDone + (trace ?? '');
  return { ok: false, status: 503, code: 'unavailable', detail };
}
