import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = async ({ locals, depends, url }) => {
  const { cairn, user } = locals;
  // Asked for with every address, as the page is: who is named above it is whose progress it takes in.
  depends('cairn:time-zone', `cairn:at:${url.pathname}`);
  return {
    siteTitle: cairn.settings.siteTitle ?? cairn.content.title ?? 'Cairn',
    /** Made for the device, not for a learner: what the device knows of them lies over it. */
    copy: locals.copy,
    user: user && { name: user.name },
    /** By which the learner's days begin and end; null as long as nobody has said it. */
    timeZone: user && (await cairn.progress.timeZone(user.id)),
    /** For pages that show no item's progress. */
    nothing: {
      user: user?.id ?? null,
      outline: { version: cairn.catalogue().version, content: [] },
      changes: [],
      cursor: null,
    },
  };
};
