import { defineParams } from '@sveltejs/kit/params';
import { mediaTypeOf } from './site/content/media-types.ts';

/** How the parts of addresses are told apart. */
export const params = defineParams({
  /** An image, sound, video or document beside the pages. */
  asset: (path) => (mediaTypeOf(path) === undefined ? undefined : path),
});
