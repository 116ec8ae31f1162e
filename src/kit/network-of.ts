/** Whom an address stands for: one subscriber of IPv6 has a whole /64 to send from. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped) return mapped;
  return address.includes(':') ? address.split(':').slice(0, 4).join(':') : address;
}
