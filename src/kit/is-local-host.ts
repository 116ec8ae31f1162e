const LOCAL_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/;

/**
 * Whether a Host header names this machine. A foreign name that resolves to 127.0.0.1 (DNS rebinding) makes a browser
 * treat an attacker's page as ours; its requests still carry the foreign name.
 */
export function isLocalHost(host: string | undefined): boolean {
  return host !== undefined && LOCAL_HOST.test(host);
}
