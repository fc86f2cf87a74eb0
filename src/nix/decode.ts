/** JSON that is not as expected; the message names the place, `$[0].narHash: expected text, got 12`. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError'
}

/** Turns a value of unknown shape into a T. @param at place in the document, for errors @throws DecodeError */
export type Decoder<T> = (value: unknown, at: string) => T

const fail = (at: string, expected: string, value: unknown): never => {
  const shown = JSON.stringify(value) ?? 'nothing'
  throw new DecodeError(`${at}: expected ${expected}, got ${shown.length > 80 ? `${shown.slice(0, 80)}…` : shown}`)
}

export const text: Decoder<string> = (value, at) => (typeof value === 'string' ? value : fail(at, 'text', value))

/** A finite number that is not negative. */
export const quantity: Decoder<number> = (value, at) =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : fail(at, 'a number', value)

export const list =
  <T>(item: Decoder<T>): Decoder<readonly T[]> =>
  (value, at) =>
    Array.isArray(value) ? value.map((element, index) => item(element, `${at}[${index}]`)) : fail(at, 'a list', value)

/** An object with any keys. */
export const dictionary =
  <T>(item: Decoder<T>): Decoder<ReadonlyMap<string, T>> =>
  (value, at) =>
    new Map(Object.entries(object(value, at)).map(([key, element]) => [key, item(element, member(at, key))]))

export const object: Decoder<Readonly<Record<string, unknown>>> = (value, at) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : fail(at, 'an object', value)

/** The member `key` of an object, decoded. */
export const field = <T>(value: unknown, at: string, key: string, decode: Decoder<T>): T => {
  const members = object(value, at)
  return Object.hasOwn(members, key)
    ? decode(members[key], member(at, key))
    : fail(member(at, key), 'a value', undefined)
}

/** The same, undefined where the member is absent or null. */
export const optional = <T>(value: unknown, at: string, key: string, decode: Decoder<T>): T | undefined => {
  const members = object(value, at)
  const found = Object.hasOwn(members, key) ? members[key] : undefined
  return found === undefined || found === null ? undefined : decode(found, member(at, key))
}

const member = (at: string, key: string): string =>
  /^[A-Za-z_]\w*$/.test(key) ? `${at}.${key}` : `${at}[${JSON.stringify(key)}]`

/** Parses and decodes a document. @param source what printed it, for the error @throws DecodeError */
export function decodeJson<T>(source: string, document: string, decode: Decoder<T>): T {
  let value: unknown
  try {
    value = JSON.parse(document)
  } catch {
    throw new DecodeError(`${source} printed no JSON: ${JSON.stringify(document.slice(0, 80))}`)
  }
  try {
    return decode(value, '$')
  } catch (error) {
    if (error instanceof DecodeError)
      throw new DecodeError(`${source} printed JSON of a form that is not known: ${error.message}`)
    throw error
  }
}
