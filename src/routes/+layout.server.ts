import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = ({ locals }) => {
  const { cairn } = locals;
  return {
    siteTitle: cairn.settings.siteTitle ?? cairn.content.title ?? 'Cairn',
    /** Made for the device, not for a learner: what the device knows of them lies over it. */
    copy: locals.copy,
    user: locals.user && { name: locals.user.name },
    /** For pages that show no item's progress. */
    nothing: {
      user: locals.user?.id ?? null,
      outline: { version: cairn.catalogue().version, content: [] },
      changes: [],
      cursor: null,
    },
  };
};
