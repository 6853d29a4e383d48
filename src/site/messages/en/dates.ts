/**
 * Writes moments (ISO 8601) in English. Making a format takes a slow phone 20 ms, the first one 80, and
 * most pages name no day: it is made when it is first needed, once.
 */
export function dates(options: Intl.DateTimeFormatOptions): (iso: string) => string {
  let format: Intl.DateTimeFormat | undefined;
  return (iso) => {
    format ??= new Intl.DateTimeFormat('en-GB', options);
    return format.format(Date.parse(iso));
  };
}
