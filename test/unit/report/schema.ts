type Schema = Readonly<Record<string, unknown>>

/** Checks a value against the part of JSON Schema 2020-12 that docs/manifest.schema.json uses; gives what is wrong. */
export function violations(value: unknown, schema: Schema, root: Schema = schema, at = '$'): readonly string[] {
  const wrong: string[] = []
  const unknown = Object.keys(schema).filter((word) => !KNOWN.has(word))
  if (unknown.length > 0) throw new Error(`this test does not know ${unknown.join(', ')}`)
  wrong.push(...ofValue(value, schema, at))
  if (typeof schema.$ref === 'string') {
    const found = schema.$ref
      .split('/')
      .slice(1)
      .reduce<unknown>((node, key) => (node as Schema)[key], root)
    wrong.push(...violations(value, found as Schema, root, at))
  }
  if (Array.isArray(value) && schema.items !== undefined) {
    value.forEach((item, index) => {
      wrong.push(...violations(item, schema.items as Schema, root, `${at}[${index}]`))
    })
  } else if (typeof value === 'object' && value !== null) wrong.push(...inObject(value as Schema, schema, root, at))
  return wrong
}

function ofValue(value: unknown, schema: Schema, at: string): readonly string[] {
  const { type, const: constant, enum: allowed, pattern, minimum } = schema
  const checks: readonly (readonly [boolean, string])[] = [
    [type !== undefined && ![type].flat().some((name) => isA(value, name as string)), `not a ${type}`],
    [constant !== undefined && value !== constant, `not ${constant}`],
    [Array.isArray(allowed) && !allowed.includes(value), `not one of ${allowed}`],
    [
      typeof pattern === 'string' && typeof value === 'string' && !new RegExp(pattern).test(value),
      `not like ${pattern}`,
    ],
    [typeof minimum === 'number' && typeof value === 'number' && value < minimum, `below ${minimum}`],
  ]
  return checks.filter(([bad]) => bad).map(([, what]) => `${at}: ${what}: ${JSON.stringify(value)}`)
}

function inObject(value: Schema, schema: Schema, root: Schema, at: string): readonly string[] {
  const required = (schema.required ?? []) as readonly string[]
  const properties = (schema.properties ?? {}) as Readonly<Record<string, Schema>>
  const others = schema.additionalProperties as Schema | false | undefined
  const missing = required.filter((key) => !Object.hasOwn(value, key)).map((key) => `${at}: no ${key}`)
  const inside = Object.entries(value).flatMap(([key, item]) => {
    const own = properties[key] ?? others
    if (own === false) return [`${at}: ${key} is not allowed`]
    return own === undefined ? [] : violations(item, own, root, `${at}.${key}`)
  })
  return [...missing, ...inside]
}

const KNOWN = new Set([
  '$schema',
  '$defs',
  '$ref',
  'title',
  'description',
  'format',
  'type',
  'const',
  'enum',
  'pattern',
  'minimum',
  'items',
  'required',
  'properties',
  'additionalProperties',
])

function isA(value: unknown, type: string): boolean {
  if (type === 'null') return value === null
  if (type === 'array') return Array.isArray(value)
  if (type === 'integer') return Number.isInteger(value)
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value)
  return typeof value === type
}
