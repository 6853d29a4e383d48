import { hashText } from 'sveltekit-cairn';
import type { Certificate } from 'sveltekit-cairn/server';
import { createCount } from '../accounts/limits.ts';
import { pictureOf } from './picture.ts';

/** A certificate's picture, named by all that it shows. */
export interface Picture {
  etag: string;
  /** The PNG; or, when too many were asked for, the seconds to wait. */
  draw(): Promise<Png | number>;
}

/** The pictures of certificates for social sites. */
export interface Pictures {
  of(certificate: Certificate): Picture;
}

/** How many are kept in memory; one has 30 to 70 kB. */
const KEPT = 200;

/** Drawing keeps one core busy for a tenth of a second: no more than so many a minute. */
const DRAWN = { limit: 60, window: 60_000 };

type Draw = (svg: string) => Png | Promise<Png>;
type Png = Uint8Array<ArrayBuffer>;

/** Makes them. What was drawn is kept, and those not asked for longest go first. */
export function createPictures(
  siteTitle: string,
  now: () => number,
  draw: Draw = drawLoaded,
): Pictures {
  const kept = new Map<string, Png>();
  const count = createCount(DRAWN, now);
  return {
    of: (certificate) => {
      const svg = pictureOf(certificate, siteTitle);
      const etag = `"${certificate.id}-${hashText(svg)}"`;
      return {
        etag,
        draw: async () => {
          const known = kept.get(etag);
          const wait = known ? 0 : count('all');
          if (wait > 0) return wait;
          const png = known ?? (await draw(svg));
          kept.delete(etag);
          kept.set(etag, png);
          for (const oldest of kept.keys()) if (kept.size > KEPT) kept.delete(oldest);
          return png;
        },
      };
    },
  };
}

/** What draws is loaded when somebody first shares a certificate: most starts of a site need none of it. */
async function drawLoaded(svg: string): Promise<Png> {
  const { draw } = await import('./draw.ts');
  return draw(svg);
}
