import type { BrowserContext, Page } from 'playwright-core';
import { afterAll } from 'vitest';
import { launchChromium, openProfile, visit } from './chromium.ts';
import type { Profile, ProfileOptions } from './chromium.ts';
import { startSite } from './site.ts';
import type { Site, SiteOptions } from './site.ts';

/** What somebody does, from an empty page of a new browser profile on. */
export type Story = (page: Page, context: BrowserContext) => Promise<void>;

/** A site, and a browser that stories are told in. */
export interface Stage {
  readonly site: Site;
  /** Tells a story in a profile of its own, whose errors fail it as `visit` says. */
  story(tell: Story, options?: Partial<ProfileOptions>): Promise<void>;
  /** Opens a profile, for stories of several: the story closes it. */
  openProfile(options?: Partial<ProfileOptions>): Promise<Profile>;
}

/**
 * Starts the built site and a browser for all stories of a test file, and ends both after its last
 * test. `usual` says how the file's profiles differ from others.
 */
export async function setStage(
  options: SiteOptions = {},
  usual: Partial<ProfileOptions> = {},
): Promise<Stage> {
  const [browser, site] = await Promise.all([launchChromium(), startSite(options)]);
  afterAll(async () => {
    await browser.close();
    await site.stop();
  });
  const profile = (own: Partial<ProfileOptions> = {}) => ({
    baseURL: site.origin,
    ...usual,
    ...own,
  });
  return {
    site,
    story: (tell, own) => visit(browser, profile(own), (page) => tell(page, page.context())),
    openProfile: (own) => openProfile(browser, profile(own)),
  };
}
