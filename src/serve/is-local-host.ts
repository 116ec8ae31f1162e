const LOCAL_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/;

/**
 * Whether a Host header names this machine. A foreign name that resolves to 127.0.0.1 (DNS rebinding) makes a browser
 * treat an attacker's page as ours; its requests still carry the foreign name.
 */
export function isLocalHost(host: string | undefined): boolean {
  return host !== undefined && LOCAL_HOST.test(host);
}

/** Whether a request comes from a page that this server itself served on this machine. */
export function isOwnPage(headers: Readonly<Record<string, string | undefined>>): boolean {
  return isLocalHost(headers.host) && headers.origin === `http://${headers.host}`;
}
