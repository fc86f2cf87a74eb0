/** An absolute path of a store object, `/nix/store/<32 base-32 characters>-<name>`. */
export type StorePath = string & { readonly __brand: 'StorePath' }

/** The store path of a derivation (`….drv`). */
export type DrvPath = StorePath & { readonly __drv: true }

const STORE_PATH = /^\/(?:[^/]+\/)+[0-9abcdfghijklmnpqrsvwxyz]{32}-[0-9a-zA-Z+\-._?=]+$/

export const isStorePath = (text: string): boolean => STORE_PATH.test(text)

/** Checks that a text is a store path. @throws Error where it is not. */
export function parseStorePath(text: string): StorePath {
  if (!isStorePath(text)) throw new Error(`not a store path: ${text}`)
  return text as StorePath
}

/** Checks that a text is the store path of a derivation. @throws Error where it is not. */
export function parseDrvPath(text: string): DrvPath {
  if (!text.endsWith('.drv')) throw new Error(`not a derivation: ${text}`)
  return parseStorePath(text) as DrvPath
}

/** The 32 characters that name a store path in a binary cache (`<hash>.narinfo`). */
export const storeHash = (path: StorePath): string => (path.split('/').at(-1) ?? '').slice(0, 32)

/** The name part, without hash; of a derivation without `.drv`. */
export const storeName = (path: StorePath): string => (path.split('/').at(-1) ?? '').slice(33).replace(/\.drv$/, '')
