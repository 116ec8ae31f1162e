/**
 * The one form of an id that clients and lists may write in several: without the name of its hash, and a hash in small
 * digits. Ids of another kind are told apart by capitals.
 */
export function normalId(id: string): string {
  const bare = id.replace(/^sha256:/, '');
  return /^[0-9a-f]{64}$/i.test(bare) ? bare.toLowerCase() : bare;
}
