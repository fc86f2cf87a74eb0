import { readFile } from 'node:fs/promises'
import type { SettingValue } from '../nix/json.ts'
import type { Nix } from '../nix/nix.ts'
import { configInForce } from '../nix/store.ts'
import type { Runner } from '../runner/ports.ts'
import type { AwsFacts } from './destination/aws-credentials.ts'
import type { HttpFacts } from './destination/http-target.ts'
import { proxies } from './destination/proxies.ts'

/** What the Nix settings say that matters for a push. */
export interface PushSettings {
  readonly http: HttpFacts
  readonly aws: AwsFacts
  readonly substituters: readonly string[]
  /** `name:base64` each. */
  readonly trustedKeys: readonly string[]
}

/** Reads the settings once. @throws CommandError where Nix cannot print them */
export async function readSettings(runner: Runner, nix: Nix): Promise<PushSettings> {
  const config = await configInForce(runner.commands, nix)
  const netrc = await textOf(textIn(config.get('netrc-file')))
  const authorities = runner.facts.env.NIX_SSL_CERT_FILE ?? textIn(config.get('ssl-cert-file'))
  const readable = (await textOf(authorities)) !== undefined
  return {
    http: {
      netrc: netrc === undefined ? [] : [netrc],
      authorities: readable ? authorities : undefined,
      proxyEnv: proxies(runner.facts.env),
    },
    aws: { env: runner.facts.env, home: runner.facts.home },
    substituters: listIn(config.get('substituters')),
    trustedKeys: listIn(config.get('trusted-public-keys')),
  }
}

const textIn = (value: SettingValue | undefined): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

/** Lists are text in old versions. */
const listIn = (value: SettingValue | undefined): readonly string[] =>
  Array.isArray(value)
    ? value.map(String)
    : (textIn(value)
        ?.split(/\s+/)
        .filter((item) => item !== '') ?? [])

async function textOf(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined
  try {
    return await readFile(path, 'utf8')
  } catch {
    // /etc/nix/netrc is the default and seldom there
    return undefined
  }
}
