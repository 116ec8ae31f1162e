import { isIP } from 'node:net';
import type { Setting } from './settings.ts';

/** `PLINTH_TRUSTED_PROXIES`: addresses and networks of proxies whose `X-Forwarded-For` is believed. */
export const trustedProxies: Setting<readonly string[]> = {
  variable: 'PLINTH_TRUSTED_PROXIES',
  read(raw) {
    const list = typeof raw === 'string' ? raw.split(',').map((proxy) => proxy.trim()) : raw;
    return Array.isArray(list) && list.every((proxy) => typeof proxy === 'string' && isNetwork(proxy))
      ? { value: list as readonly string[] }
      : { expected: 'addresses or networks such as 10.0.0.1 or 10.0.0.0/8, separated by commas' };
  },
};

/** An address, with the bits that count where it is a network. */
function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const family = isIP(address);
  const most = family === 4 ? 32 : 128;
  if (family === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most);
}
