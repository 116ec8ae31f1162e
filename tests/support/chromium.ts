import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);

/** Quiet: a browser of its own accord calls home, which would hide what the page does. */
const QUIET =
  '--no-sandbox --disable-gpu --disable-quic --disable-background-networking --disable-component-update --disable-sync';

/** Whether there is a browser; where there is none, says what is not tested. */
export function hasChromium(untested: string): boolean {
  if (!CHROMIUM)
    console.warn(`${untested} is not tested: no Chromium on this machine (apt-get install chromium).`);
  return CHROMIUM !== undefined;
}

export function launchChromium(...more: readonly string[]): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM ?? '', args: [...QUIET.split(' '), ...more] });
}
