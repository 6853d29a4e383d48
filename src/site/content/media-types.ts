/** The files that are served with the pages beside them, by extension, with their media types. */
const MEDIA_TYPES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    avif: 'image/avif',
    gif: 'image/gif',
    jpeg: 'image/jpeg',
    jpg: 'image/jpeg',
    png: 'image/png',
    svg: 'image/svg+xml',
    webp: 'image/webp',
    aac: 'audio/aac',
    flac: 'audio/flac',
    m4a: 'audio/mp4',
    mp3: 'audio/mpeg',
    oga: 'audio/ogg',
    ogg: 'audio/ogg',
    opus: 'audio/ogg',
    wav: 'audio/wav',
    m4v: 'video/mp4',
    mov: 'video/quicktime',
    mp4: 'video/mp4',
    ogv: 'video/ogg',
    webm: 'video/webm',
    vtt: 'text/vtt',
    pdf: 'application/pdf',
  }),
);

/** The media type of a file or address by its extension; undefined for what pages do not serve. */
export function mediaTypeOf(name: string): string | undefined {
  const extension = /\.([a-z0-9]+)(?:[?#].*)?$/i.exec(name)?.[1];
  return extension === undefined ? undefined : MEDIA_TYPES.get(extension.toLowerCase());
}

/** Says whether a file or address is a video by its extension. */
export function isVideo(name: string): boolean {
  return mediaTypeOf(name)?.startsWith('video/') ?? false;
}

/** Says whether a file or address is sound by its extension. */
export function isAudio(name: string): boolean {
  return mediaTypeOf(name)?.startsWith('audio/') ?? false;
}
