import { expect, test } from 'vitest';
import { withTheme } from './with-theme.ts';

const page = '<!doctype html>\n<html lang="en">\n<head></head></html>';

test.each(['light', 'dark'])('a page shows the %s theme that its reader chose', (theme) => {
  const themed = withTheme(page, theme);
  expect(themed).toContain(`<html data-theme="${theme}" lang="en">`);
  expect(withTheme(themed, theme)).toBe(themed);
});

test.each([undefined, '', 'blue', '"><script>'])('a cookie of %o changes nothing', (cookie) => {
  expect(withTheme(page, cookie)).toBe(page);
});
