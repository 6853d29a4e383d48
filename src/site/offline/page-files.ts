import { mediaTypeOf } from '../content/media-types.ts';

/** Paths of the images, sounds, films and documents of its own site that a page shows or links to. */
export function filesNamedIn(html: string, address: string): string[] {
  const page = new URL(address);
  const named = [...html.matchAll(/\s(?:src|srcset|href|poster)="([^"]+)"/g)].flatMap(
    ([attribute, value = '']) =>
      attribute.trimStart().startsWith('srcset')
        ? value.split(',').map((choice) => choice.trim().split(/\s/)[0]!)
        : [value],
  );
  const paths = named
    .map((value) => URL.parse(value.replaceAll('&amp;', '&'), page))
    .filter((url) => url?.origin === page.origin)
    .map((url) => url!.pathname);
  return [...new Set(paths)].filter((path) => mediaTypeOf(path) !== undefined);
}

/** Says whether a file is a picture: those of visited pages are kept, films only with their course. */
export function isPicture(path: string): boolean {
  return mediaTypeOf(path)?.startsWith('image/') ?? false;
}
