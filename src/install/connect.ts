import { existsSync } from 'node:fs'
import type { Nix } from '../nix/nix.ts'
import type { System } from '../nix/system.ts'
import { UserError } from '../runner/errors.ts'
import { allOf } from '../runner/parallel.ts'
import type { Runner } from '../runner/ports.ts'
import { openAhead } from './ahead.ts'
import {
  baseSettings,
  type EffectiveSettings,
  environmentConf,
  mergeTokens,
  setsSandbox,
  userConfFiles,
} from './conf.ts'
import { certificates, exportToJob, tellLoginShells } from './environment.ts'
import { askTrust, gatherAccess, groupNames, readSettings } from './facts.ts'
import type { FoundNix } from './find.ts'
import { homeOfNix, ownHome } from './home.ts'
import { createBuildUsers, hasMembers } from './machine/build-users.ts'
import { openKvm } from './machine/kvm.ts'
import { claimNixFolder } from './machine/nix-folder.ts'
import { requireSandbox } from './machine/sandbox.ts'
import { readText } from './read.ts'
import { confFile, openWiring, privateSocket, writeClientConf } from './settings.ts'
import type { Installed, NixOrigin, Settings } from './types.ts'
import { type Access, type AccessFacts, chooseAccess, chooseWiring, isTrusted, type Wiring } from './wiring.ts'

export interface Wanted {
  readonly source: NixOrigin
  readonly installed: boolean
  readonly reason: string
  /** The input `extra-nix-config`. */
  readonly userLines: string
  readonly token: string | undefined
  /** What was done to the machine already (prepareMachine), perhaps still under way. */
  readonly prepared: Promise<void> | undefined
  /** Called when the machine has something to do that takes a while, and this process has not. */
  readonly idle: (() => void) | undefined
}

/** Shells that are certainly static, to give the sandbox a /bin/sh. */
const STATIC_SHELLS = ['/usr/bin/bash-static', '/bin/bash-static']

/**
 * Makes a Nix that is there ready for this run: who opens the store, with which settings, and a daemon where one is
 * missing. Nothing of the machine's own configuration is changed.
 */
export async function connect(runner: Runner, found: FoundNix, wanted: Wanted): Promise<Installed> {
  const facts = await gatherAccess(runner)
  const access = chooseAccess(facts)
  if (access.mode === 'none')
    throw new UserError(`Nix ${found.version.text} in ${found.bin} cannot be used: ${access.reason}.`)
  const exported = {
    NIX_USER_CONF_FILES: userConfFiles(confFile(runner), runner.facts.env, homeOfNix(runner.facts), found.version),
    ...certificates(runner.facts.env),
  }
  const env = { ...exported, ...(await ownHome(runner)) }
  // A first reading, with the workflow's lines, tells what they and the machine set together.
  await writeClientConf(runner, wanted.userLines, {}, 'nowhere')
  const sandboxSet = setsSandbox(`${wanted.userLines}\n${runner.facts.env.NIX_CONFIG ?? ''}`)
  const sandboxChecked = beginSandboxCheck(runner, facts, wanted, sandboxSet)
  const machine = { cpus: runner.facts.cpus, staticShell: STATIC_SHELLS.find(existsSync), sandboxSet }
  const opening = access.mode === 'daemon' && access.start ? openAhead(runner, found, wanted, machine) : undefined
  const reading = readSettings(runner, found, env, wanted.userLines)
  if (opening === undefined) wanted.idle?.()
  const [effective, ahead] = await allOf(reading, opening, wanted.prepared)
  const nix = describeNix(found, effective, access, env)
  const trusted = await findTrust(runner, nix, access, effective)
  const kind = chooseWiring(access, trusted, facts.privilege)
  if (!wanted.installed && !existsSync('/nix')) await claimNixFolder(runner)
  const [buildUsers] = await Promise.all([
    provideBuildUsers(runner, effective, kind, wanted.installed),
    sandboxChecked(effective, kind),
    kind !== 'fixed' && facts.privilege !== 'none' ? openKvm(runner) : undefined,
    wanted.installed ? tellLoginShells(runner, found.bin) : undefined,
  ])
  const settings = {
    ...baseSettings(effective, found.version, machine),
    ...buildUsers,
  }
  const tokens = maskedTokens(runner, effective, wanted)
  const socket = access.mode === 'daemon' && access.beside ? await privateSocket(runner) : undefined
  const opened = await openWiring(runner, {
    kind,
    bin: found.bin,
    settings,
    tokens,
    userLines: wanted.userLines,
    socket,
    ahead,
  })
  const NIX_CONFIG = environmentConf(runner.facts.env.NIX_CONFIG)
  const ready = { ...nix, trusted, env: { ...env, ...opened.env, NIX_CONFIG } }
  // not the daemon of this run: a post step of another action may come after ours, which ends it
  exportToJob(runner, exported, found.bin, found.onPath)
  if (opened.wiring.kind === 'fixed' && !sandboxSet) warnUnsandboxed(runner, effective)
  return {
    nix: ready,
    source: wanted.source,
    installed: wanted.installed,
    reason: wanted.reason,
    describe: describe(ready, access, opened.wiring, wanted),
    settings,
    builders: effective.builders,
    platforms: effective.platforms,
    features: effective.systemFeatures,
    wiring: opened.wiring,
  }
}

function describeNix(
  found: FoundNix,
  effective: EffectiveSettings,
  access: Exclude<Access, { mode: 'none' }>,
  env: Nix['env'],
): Nix {
  return {
    bin: found.bin,
    version: found.version,
    system: effective.system as System,
    storeDirectory: '/nix/store',
    mode: access.mode,
    trusted: access.mode === 'single-user',
    substituters: effective.substituters,
    env,
  }
}

async function findTrust(
  runner: Runner,
  nix: Nix,
  access: Access,
  { trustedUsers }: EffectiveSettings,
): Promise<boolean> {
  if (access.mode !== 'daemon' || runner.facts.uid === 0) return true
  const answer = access.start ? undefined : await askTrust(runner, nix)
  if (answer !== undefined) return answer
  const groups = trustedUsers.some((name) => name.startsWith('@')) ? await groupNames(runner) : []
  return isTrusted(trustedUsers, runner.facts.user, groups)
}

/**
 * Asks the kernel where builds run as this run can run something: not for a daemon that only its root can speak for.
 * Where it will be asked in any case it is asked at once.
 * @returns ends when it is known that there can be a sandbox, if there has to be one
 */
function beginSandboxCheck(
  runner: Runner,
  facts: AccessFacts,
  { prepared }: Wanted,
  sandboxSet: boolean,
): (effective: EffectiveSettings, kind: Wiring['kind']) => Promise<void> {
  const byRoot = facts.uid === 0 || !facts.storeWritable
  const settled = (prepared !== undefined && !sandboxSet) || (byRoot && facts.privilege === 'none')
  const begun = byRoot && !settled && !sandboxSet ? requireSandbox(runner, true) : undefined
  begun?.catch(() => undefined) // heard where the answer counts
  return async (effective, kind) => {
    if (settled || (sandboxSet && !effective.sandbox)) return
    await (begun ?? requireSandbox(runner, byRoot || kind === 'own-daemon'))
  }
}

/** Where root builds, it does so as users of its own; where Nix is only visited by root, its builds run as root. */
async function provideBuildUsers(
  runner: Runner,
  effective: EffectiveSettings,
  kind: Wiring['kind'],
  installed: boolean,
): Promise<Settings> {
  const byRoot = kind === 'own-daemon' || (runner.facts.uid === 0 && kind === 'client')
  if (!byRoot || effective.autoAllocateUids) return {}
  // read by another user than root, an unset group is printed as empty
  const group = effective.buildUsersGroup || (kind === 'own-daemon' ? 'nixbld' : '')
  if (group === '') return {}
  const missing = !hasMembers(readText('/etc/group') ?? '', group)
  if (!missing) return kind === 'own-daemon' ? { 'build-users-group': group } : {}
  if (kind === 'own-daemon' || installed) return { 'build-users-group': await createBuildUsers(runner, group) }
  runner.log.info(`There are no users in the group ${group}: builds run as root, inside the sandbox.`)
  return { 'build-users-group': '' }
}

function maskedTokens(runner: Runner, effective: EffectiveSettings, wanted: Wanted): Readonly<Record<string, string>> {
  const { env } = runner.facts
  const host = new URL(env.GITHUB_SERVER_URL || 'https://github.com').host
  const tokens = mergeTokens(effective.accessTokens, wanted.userLines, host, wanted.token)
  for (const token of Object.values(tokens)) if (token.length >= 4) runner.log.mask(token)
  return tokens
}

function warnUnsandboxed(runner: Runner, effective: EffectiveSettings): void {
  const settings = effective.sandbox ? effective.sandboxFallback && 'sandbox-fallback = true' : 'sandbox = false'
  if (settings === false) return
  runner.log.warning(
    'The Nix daemon of this machine does not take settings from this user, and there is no root: its ' +
      `"${settings}" stays, so it may build without a sandbox.`,
  )
}

function describe(nix: Nix, access: Access, wiring: Wiring, wanted: Wanted): string {
  const origin = wanted.installed ? `installed by this run (${wanted.source})` : 'was there'
  const trust = nix.mode === 'single-user' ? '' : `, this user is ${nix.trusted ? '' : 'not '}trusted`
  const how = {
    client: '',
    'own-daemon': ', builds go through a daemon of this run',
    fixed: ', its build settings cannot be changed by this run',
  }[wiring.kind]
  return `${nix.version.flavour} ${nix.version.text} in ${nix.bin}, ${origin}; ${nix.mode}: ${access.reason}${trust}${how}.`
}
