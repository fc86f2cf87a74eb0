/** A checked value, or what is wrong with it (without the input's name). */
export type Checked<T> = { readonly value: T } | { readonly problem: string }

export const ok = <T>(value: T): Checked<T> => ({ value })
export const bad = (problem: string): Checked<never> => ({ problem })

/** Words separated by commas, spaces or new lines; "double quotes" keep an attribute name with such characters whole. */
export const words = (text: string): string[] => text.match(/(?:[^\s,"]|"(?:[^"\\\n]|\\.)*"|")+/g) ?? []

export function oneOf<const T extends string>(text: string, allowed: readonly T[]): Checked<T> {
  const match = allowed.find((value) => value === text)
  return match === undefined ? bad(`"${text}" is not allowed; use ${listed(allowed)}`) : ok(match)
}

/** `true` or `false`, as YAML 1.2 writes them. */
export function boolean(text: string): Checked<boolean> {
  if (/^(true|True|TRUE)$/.test(text)) return ok(true)
  if (/^(false|False|FALSE)$/.test(text)) return ok(false)
  return bad(`"${text}" is not allowed; use true or false`)
}

/** A whole number of seconds, at most 10 days. */
export function seconds(text: string): Checked<number> {
  const value = Number(text)
  if (/^\d{1,6}$/.test(text) && value <= 864_000) return ok(value)
  return bad(`"${text}" is not allowed; use a whole number of seconds from 0 to 864000`)
}

/**
 * Splits a command into words as a shell would, with 'single' and "double" quotes and backslash, but without
 * expanding anything: the words are given to the program as they are.
 */
export function commandWords(text: string): Checked<readonly string[]> {
  const found: string[] = []
  let word: string | undefined
  let rest = text.trim()
  while (rest !== '') {
    const match = /^(?:(\s+)|'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])|([^\s'"\\]+))/.exec(rest)
    if (match === null) return bad('a quote or backslash is not closed')
    const [all, space, single, double, escaped, bare] = match
    rest = rest.slice(all.length)
    if (space !== undefined) {
      if (word !== undefined) found.push(word)
      word = undefined
    } else {
      word = (word ?? '') + (single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? bare ?? '')
    }
  }
  if (word !== undefined) found.push(word)
  return ok(found)
}

export function listed(values: readonly string[]): string {
  return values.length < 2 ? (values[0] ?? '') : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`
}
