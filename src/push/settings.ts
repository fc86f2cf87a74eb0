import { readFile } from 'node:fs/promises'
import { type Nix, nixCommand } from '../nix/nix.ts'
import { atLeast } from '../nix/version.ts'
import type { Runner } from '../runner/ports.ts'
import type { AwsFacts } from './destination/aws-credentials.ts'
import type { HttpFacts } from './destination/http-target.ts'

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
  const show = atLeast(nix.version, '2.20') ? ['config', 'show'] : ['show-config']
  const args = ['--extra-experimental-features', 'nix-command', ...show, '--json']
  const { stdout } = await runner.commands.run(nixCommand(nix, 'nix', args), { timeoutSeconds: 60 })
  const data: unknown = JSON.parse(stdout)
  const netrc = await textOf(settingText(data, 'netrc-file'))
  const authorities = runner.facts.env.NIX_SSL_CERT_FILE ?? settingText(data, 'ssl-cert-file')
  const readable = (await textOf(authorities)) !== undefined
  return {
    http: { netrc: netrc === undefined ? [] : [netrc], authorities: readable ? authorities : undefined },
    aws: { env: runner.facts.env, home: runner.facts.home },
    substituters: settingList(data, 'substituters'),
    trustedKeys: settingList(data, 'trusted-public-keys'),
  }
}

function setting(data: unknown, name: string): unknown {
  const entry: unknown = typeof data === 'object' && data !== null ? (data as Record<string, unknown>)[name] : undefined
  return typeof entry === 'object' && entry !== null && 'value' in entry ? entry.value : undefined
}

function settingText(data: unknown, name: string): string | undefined {
  const value = setting(data, name)
  return typeof value === 'string' && value !== '' ? value : undefined
}

function settingList(data: unknown, name: string): readonly string[] {
  const value = setting(data, name)
  if (Array.isArray(value)) return value.filter((item) => typeof item === 'string')
  return typeof value === 'string' ? value.split(/\s+/).filter((item) => item !== '') : []
}

async function textOf(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined
  try {
    return await readFile(path, 'utf8')
  } catch {
    // /etc/nix/netrc is the default and seldom there
    return undefined
  }
}
