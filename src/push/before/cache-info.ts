/** Name of the object that makes a place a binary cache. */
export const CACHE_INFO = 'nix-cache-info'

/** What is written to a new cache; 40 and mass queries as Nix itself would choose for http and s3. */
export function newCacheInfo(storeDirectory: string): string {
  return `StoreDir: ${storeDirectory}\nWantMassQuery: 1\nPriority: 40\n`
}

/** Why a `nix-cache-info` does not fit this store; undefined where it does. */
export function wrongCacheInfo(text: string, storeDirectory: string): string | undefined {
  const found = /^StoreDir: *(\S+) *\r?$/m.exec(text)?.[1]
  if (found === storeDirectory) return undefined
  if (found !== undefined)
    return `it is a cache for the store ${found}, but this Nix uses ${storeDirectory}: paths cannot be shared between them`
  const start = text.slice(0, 60).replace(/\s+/g, ' ').trim()
  return `its ${CACHE_INFO} is not one (it starts with ${JSON.stringify(start)}): not a binary cache, or a page of another server`
}
